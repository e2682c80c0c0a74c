"""Validate: is this file a picture that we take, and is it the first of its kind? The header decides."""

from __future__ import annotations

import hashlib
import mmap
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from lumenstock.catalog.image import Image, Source
from lumenstock.catalog.marks import MarkOwner, MarkRegistry
from lumenstock.catalog.reasons import Reason
from lumenstock.catalog.states import Status
from lumenstock.catalog.store import CatalogStore
from lumenstock.imaging import containers
from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.errors import DamagedPictureError, DecoderLimitError
from lumenstock.imaging.formats import HEAD_BYTES, Format, foreign_name, sniff
from lumenstock.imaging.header import Header
from lumenstock.ingest import refusals
from lumenstock.ingest.checks import FileLimits, check_container, check_header, check_size, check_type
from lumenstock.ingest.plan import Checked, Publishing, make_plan
from lumenstock.ingest.ports import Originals, StoredObject
from lumenstock.kernel.errors import NotFoundError
from lumenstock.kernel.ids import ImageId

_TRAILING_HEAD_BYTES = 256


@dataclass(frozen=True, slots=True)
class Findings:
    """What an examination found: a format and a header where they could be told, and all that is wrong."""

    sniffed: Format | None
    header: Header | None
    sha256: str
    reasons: tuple[Reason, ...]


class Validator:
    """Looks at new originals."""

    def __init__(
        self,
        catalog: CatalogStore,
        originals: Originals,
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
        begun = self._begin(image_id, key, now)
        if begun is None:
            return Checked(ok=False, image_id=image_id)
        reasons = check_size(begun.source.size_bytes, self._limits)
        if reasons:
            return Checked(ok=False, image_id=image_id, rev=begun.rev, reasons=tuple(reasons))
        with TemporaryDirectory(prefix="validate-") as folder:
            path = Path(folder, "original")
            self._originals.download(key, path, begun.source.version_id)
            found = self._examine(path, begun.source.content_type)
        reasons = list(found.reasons) or self._claim(begun, found.sha256)
        if reasons or found.sniffed is None or found.header is None:
            return Checked(ok=False, image_id=image_id, rev=begun.rev, reasons=tuple(reasons))
        mark = self._marks.claim(MarkOwner.image(image_id))
        plan = make_plan(begun, found.sniffed, found.header, found.sha256, self._publishing, mark)
        return Checked(ok=True, image_id=image_id, rev=begun.rev, plan=plan)

    def _begin(self, image_id: ImageId, key: str, now: datetime) -> Image | None:
        """The row in ``processing`` with the version noted; None if there is nothing to do."""
        try:
            image = self._catalog.get(image_id)
        except NotFoundError:
            return None
        if image.source.key != key or image.status not in {Status.UPLOADING, Status.PROCESSING}:
            return None
        try:
            stored = self._originals.head(key, image.source.version_id)
        except NotFoundError:
            if image.status is Status.UPLOADING:
                return None
            raise

        def note_version(present: Image) -> Image | None:
            source = _with_version(present, stored)
            if present.status is Status.UPLOADING:
                return present.moved(Status.PROCESSING, now, source=source)
            if present.status is Status.PROCESSING and present.source.etag is None:
                return present.changed(source=source)  # it failed before anybody could look at the file
            return None

        image = self._catalog.update(image_id, note_version)
        current = image.status is Status.PROCESSING and image.source.version_id == stored.version_id
        return image if current else None

    def _examine(self, path: Path, declared: str) -> Findings:
        """Everything that the file itself tells; it has at least one byte."""
        size_bytes = path.stat().st_size
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            head = file.read(HEAD_BYTES)
            sniffed = sniff(head)
            if sniffed is None:
                name = foreign_name(head)
                reason = refusals.unsupported_format(name) if name else refusals.not_an_image()
                return Findings(None, None, sha256, (reason,))
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                container = containers.walk(data, sniffed)
                end = size_bytes if container.end is None else container.end
                trailing = data[end : end + _TRAILING_HEAD_BYTES]
        reasons = check_type(sniffed, declared)
        reasons += check_container(container, trailing, size_bytes - end)
        header = None
        try:
            header = self._decoder.probe(path)
        except DamagedPictureError:
            if not reasons:  # an animation, say, needs no second reason
                reasons.append(refusals.unreadable_header())
        except DecoderLimitError:
            reasons.append(refusals.decoder_limit())
        else:
            reasons += check_header(header, sniffed, size_bytes, self._limits)
        return Findings(sniffed, header, sha256, tuple(reasons))

    def _claim(self, image: Image, sha256: str) -> list[Reason]:
        """Claim the content; if somebody living has it, say so, and whose it is only to the same person."""
        owner = self._catalog.claim(sha256, image.id)
        if owner == image.id:
            return []
        own = self._catalog.get(owner).contributor_id == image.contributor_id
        return [refusals.exact_duplicate(owner if own else None)]


def _with_version(image: Image, stored: StoredObject) -> Source:
    """The row's source with what the bucket says of the version that we will look at."""
    return replace(image.source, version_id=stored.version_id, etag=stored.etag, size_bytes=stored.size_bytes)
