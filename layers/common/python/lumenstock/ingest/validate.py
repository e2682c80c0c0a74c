"""Validate: is this file a picture that we take, and is it the first of its kind? The header decides."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from lumenstock.catalog.image import Image, Source
from lumenstock.catalog.marks import MarkOwner, MarkRegistry
from lumenstock.catalog.reasons import Reason
from lumenstock.catalog.states import Status
from lumenstock.catalog.store import CatalogStore
from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.errors import DecoderLimitError
from lumenstock.imaging.header import Examination
from lumenstock.ingest import refusals
from lumenstock.ingest.checks import FileLimits, check_examination, check_size
from lumenstock.ingest.plan import Checked, Publishing, make_plan
from lumenstock.ingest.ports import NewOriginals, OpenedObject, StoredObject
from lumenstock.kernel.errors import NotFoundError
from lumenstock.kernel.ids import ImageId


class Validator:
    """Looks at new originals."""

    def __init__(
        self,
        catalog: CatalogStore,
        originals: NewOriginals,
        decoder: Decoder,
        limits: FileLimits,
        publishing: Publishing,
        marks: MarkRegistry,
    ) -> None:
        """``decoder`` opens the files; ``limits`` and ``publishing`` are the stage's."""
        self._catalog = catalog
        self._originals = originals
        self._decoder = decoder
        self._limits = limits
        self._publishing = publishing
        self._marks = marks

    def validate(self, image_id: ImageId, key: str, now: datetime) -> Checked:
        """Take the image into processing, examine its file, and plan what to make of it.

        Doing it again for the same version comes to the same end. A row that is past processing, that has
        another key or that is not there is left alone.
        """
        self._decoder.start()  # gets ready while we read
        image = self._due(image_id, key)
        if image is None:
            return Checked(ok=False, image_id=image_id)
        with ExitStack() as opened:
            try:
                stored = opened.enter_context(self._originals.opened(key, image.source.version_id))
            except NotFoundError:
                if image.status is Status.UPLOADING:
                    return Checked(ok=False, image_id=image_id)
                raise
            begun = self._begin(image, stored, now)
            if begun is None:
                return Checked(ok=False, image_id=image_id)
            return self._checked(begun, stored)

    def _checked(self, begun: Image, stored: OpenedObject) -> Checked:
        """What is found in the file of an image in processing."""
        reasons = check_size(begun.source.size_bytes, self._limits)
        if reasons:
            return Checked(ok=False, image_id=begun.id, rev=begun.rev, reasons=tuple(reasons))
        with TemporaryDirectory(prefix="validate-") as folder:
            path = Path(folder, "original")
            stored.save(path)
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            found, reasons = self._examine(path, begun.source.content_type)
        reasons = reasons or self._claim(begun, sha256)
        if reasons or found is None or found.format is None:
            return Checked(ok=False, image_id=begun.id, rev=begun.rev, reasons=tuple(reasons))
        self._hold_if_taken_down(begun, sha256)
        mark = self._marks.claim(MarkOwner.image(begun.id))
        plan = make_plan(begun, found.format, found.header, sha256, self._publishing, mark)
        return Checked(ok=True, image_id=begun.id, rev=begun.rev, plan=plan)

    def _due(self, image_id: ImageId, key: str) -> Image | None:
        """The row; None if there is nothing to do."""
        try:
            image = self._catalog.get(image_id)
        except NotFoundError:
            return None
        due = image.source.key == key and image.status in {Status.UPLOADING, Status.PROCESSING}
        return image if due else None

    def _begin(self, seen: Image, stored: StoredObject, now: datetime) -> Image | None:
        """The row in ``processing`` with the version noted; None if it went another way meanwhile."""

        def note_version(present: Image) -> Image | None:
            source = _with_version(present, stored)
            if present.status is Status.UPLOADING:
                return present.moved(Status.PROCESSING, now, source=source)
            if present.status is Status.PROCESSING and present.source.etag is None:
                return present.changed(source=source)  # it failed before anybody could look at the file
            return None

        image = self._catalog.update(seen.id, note_version, seen=seen)
        current = image.status is Status.PROCESSING and image.source.version_id == stored.version_id
        return image if current else None

    def _examine(self, path: Path, declared: str) -> tuple[Examination | None, list[Reason]]:
        """What the file itself tells, and what is wrong with it; it has at least one byte."""
        try:
            found = self._decoder.examine(path)
        except DecoderLimitError:
            return None, [refusals.decoder_limit()]
        return found, check_examination(found, declared, path.stat().st_size, self._limits)

    def _claim(self, image: Image, sha256: str) -> list[Reason]:
        """Claim the content; if somebody living has it, say so, and whose it is only to the same person."""
        owner = self._catalog.claim(sha256, image.id)
        if owner == image.id:
            return []
        own = self._catalog.get(owner).contributor_id == image.contributor_id
        return [refusals.exact_duplicate(owner if own else None)]

    def _hold_if_taken_down(self, image: Image, sha256: str) -> None:
        """See to it that a person looks at a file that was taken down as another image, whoever sends it.

        The claim is this image's by now, so a takedown of this content has been committed before, or never
        will be while it lives.
        """
        before = self._catalog.taken_down(sha256)
        if before is None or before == image.id:
            return
        own = self._catalog.get(before).contributor_id == image.contributor_id
        why = refusals.taken_down_before(before if own else None)

        def hold(present: Image) -> Image | None:
            if present.status is not Status.PROCESSING or present.cleared or why in present.held:
                return None
            return present.changed(held=(*present.held, why), copy_of=before)

        self._catalog.update(image.id, hold)


def _with_version(image: Image, stored: StoredObject) -> Source:
    """The row's source with what the bucket says of the version that we will look at."""
    return replace(image.source, version_id=stored.version_id, etag=stored.etag, size_bytes=stored.size_bytes)
