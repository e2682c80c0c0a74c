"""A file in parts: announced, sent part by part, put together when everything is there, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.catalog.store import CatalogStore
from lumenstock.imaging.formats import HEAD_BYTES
from lumenstock.ingest.checks import check_head
from lumenstock.ingest.parts import Part, check_chunks, check_planned, plan_parts
from lumenstock.ingest.upload import Announcement, Contributor, announced_image
from lumenstock.ingest.uploads import Arrivals, PartStorage, Upload, UploadStatus, UploadStore
from lumenstock.kernel.errors import (
    ContentRefusedError,
    FieldError,
    InvalidInputError,
    NotFoundError,
    UploadEndedError,
    UploadIncompleteError,
)
from lumenstock.kernel.ids import RandomBytes, UploadId, UserId, new_ulid


def announce_parts(
    contributor: Contributor,
    announced: Announcement,
    *,
    planned: bool,
    lifetime: timedelta,
    now: datetime,
    random_bytes: RandomBytes,
) -> tuple[Image, Upload]:
    """The row of a picture whose file will come in parts, and its upload; nothing is written yet.

    Args:
        contributor: Who uploads.
        announced: What of.
        planned: Whether we say how the file is cut, or the client cuts as it likes.
        lifetime: How long there is time.
        now: The present.
        random_bytes: Where ids come from.
    """
    image = announced_image(contributor, announced, now=now, random_bytes=random_bytes)
    upload = Upload(
        id=UploadId(new_ulid(now, random_bytes)),
        image_id=image.id,
        contributor_id=contributor.id,
        key=image.source.key,
        filename=announced.filename,
        content_type=announced.content_type,
        size_bytes=announced.size_bytes,
        part_bytes=plan_parts(announced.size_bytes).part_bytes if planned else None,
        created_at=now,
        expires_at=now + lifetime,
    )
    return replace(image, awaited_until=upload.expires_at), upload


class MultipartUploads:
    """Parts of files. Every step may be taken twice, and at the same time as itself."""

    def __init__(
        self, catalog: CatalogStore, uploads: UploadStore, storage: PartStorage, arrivals: Arrivals
    ) -> None:
        """Over the records, the unfinished parts, and the finished files."""
        self._catalog = catalog
        self._uploads = uploads
        self._storage = storage
        self._arrivals = arrivals

    def owned(self, upload_id: UploadId, contributor_id: UserId) -> Upload:
        """An upload of this contributor.

        Raises:
            NotFoundError: There is none. Somebody else's gets the same text as one that does not exist.
        """
        upload = self._uploads.get(upload_id)
        if upload.contributor_id != contributor_id:
            message = f"There is no upload {upload_id}."
            raise NotFoundError(message)
        return upload

    def ready(self, upload: Upload, numbers: Sequence[int], now: datetime) -> tuple[Upload, str]:
        """The upload and S3's id for it, so that the parts ``numbers`` can be signed.

        The storage begins with the first part, so an announcement alone costs nothing there. Of two that
        begin at once, one is thrown away.

        Raises:
            UploadEndedError: It takes no more parts.
            InvalidInputError: A number is not in the plan.
        """
        _require_open(upload, now)
        if upload.plan:
            surplus = [number for number in numbers if number > upload.plan.count]
            if surplus:
                message = f"The plan has {upload.plan.count} parts, so there is no part {surplus[0]}."
                raise InvalidInputError(errors=(FieldError("/numbers", "no_such_part", message),))
        if upload.storage_id:
            return upload, upload.storage_id
        mine = self._storage.create(upload.key, upload.content_type)
        kept = self._uploads.begin_storage(upload.id, mine)
        if kept.storage_id != mine:
            self._storage.abort(upload.key, mine)
        _require_open(kept, now)
        if kept.storage_id is None:
            raise UploadEndedError
        return kept, kept.storage_id

    def held(self, upload: Upload) -> tuple[Part, ...]:
        """The parts that have arrived; of a completed upload those that were put together."""
        if upload.status is not UploadStatus.OPEN or upload.storage_id is None:
            return upload.parts
        try:
            return self._storage.parts(upload.key, upload.storage_id)
        except NotFoundError:  # put together or ended a moment ago, or by the bucket's own rule
            return upload.parts

    def complete(self, upload: Upload, now: datetime) -> Upload:
        """Put the parts together if they are all there; what was put together before stays as it is.

        What begins the pipeline is the bucket's event of the new object, not this call.

        Raises:
            UploadEndedError: It was aborted, or its time is over.
            UploadIncompleteError: Parts are missing or wrong; those that are there stay.
            ChunkSizeChangedError: The client cut the file in two ways.
            ContentRefusedError: The file is not what was announced.
            VersionConflictError: A part changed meanwhile; try again.
        """
        if upload.status is not UploadStatus.COMPLETED:
            _require_open(upload, now)
            upload = self._put_together(upload, now)
        self._check_content(upload)
        return upload

    def abort(self, upload: Upload, now: datetime) -> None:
        """Throw the parts away and end the picture's row; doing it again changes nothing.

        Raises:
            UploadEndedError: The file is complete already.
        """
        if upload.status is UploadStatus.OPEN:
            upload = self.end(upload, UploadStatus.ABORTED, now)
        if upload.status is UploadStatus.COMPLETED:
            message = "The file is complete and on its way through the pipeline."
            raise UploadEndedError(message)

    def end(self, upload: Upload, status: UploadStatus, now: datetime) -> Upload:
        """End an open upload, with ``status`` unless its file is there; the upload as it then stands."""
        self._storage.abort_all(upload.key)  # also of one that died before it could be noted
        if self._arrivals.exists(upload.key):
            return self._completed(upload, now)
        ended = self._uploads.finish(upload, status)
        self._catalog.update(upload.image_id, lambda present: _never_came(present, now))
        return ended

    def _put_together(self, upload: Upload, now: datetime) -> Upload:
        """Check, keep, put together, note: whoever dies in between is taken up by the next call."""
        if upload.storage_id is None:
            message = "No part has arrived."
            raise UploadIncompleteError(message)
        try:
            parts = self._storage.parts(upload.key, upload.storage_id)
            _check(upload, parts)
            self._uploads.keep_parts(upload.id, parts)
            self._storage.complete(upload.key, upload.storage_id, parts)
        except NotFoundError as gone:
            if not self._arrivals.exists(upload.key):
                self._uploads.finish(upload, UploadStatus.EXPIRED)
                message = "The parts were thrown away. Upload the file again."
                raise UploadEndedError(message) from gone
        self._storage.abort_all(upload.key)  # begun by one that died before it could be noted
        return self._completed(upload, now)

    def _completed(self, upload: Upload, now: datetime) -> Upload:
        self._catalog.update(upload.image_id, lambda present: _arrived(present, now))
        return self._uploads.finish(upload, UploadStatus.COMPLETED)

    def _check_content(self, upload: Upload) -> None:
        """Look at the first bytes. The pipeline does, and ends the row; here the client hears it at once."""
        head = self._arrivals.head_bytes(upload.key, HEAD_BYTES)
        reasons = check_head(head, upload.content_type)
        if reasons:
            errors = tuple(FieldError("/contentType", reason.code, reason.text) for reason in reasons)
            raise ContentRefusedError(reasons[0].text, errors=errors)


def _check(upload: Upload, parts: Sequence[Part]) -> None:
    if not parts:
        message = "No part has arrived."
        raise UploadIncompleteError(message)
    if upload.plan:
        check_planned(parts, upload.plan)
    else:
        check_chunks(parts, upload.size_bytes)


def _require_open(upload: Upload, now: datetime) -> None:
    status = upload.status_at(now)
    if status is not UploadStatus.OPEN:
        message = f"This upload is {status}; it takes no more parts. Start a new one."
        raise UploadEndedError(message)


def _arrived(present: Image, now: datetime) -> Image | None:
    """Let the sweeper look after the row from now on: the event of the file may be lost."""
    return present.changed(awaited_until=now) if present.status is Status.UPLOADING else None


def _never_came(present: Image, now: datetime) -> Image | None:
    return present.moved(Status.EXPIRED, now) if present.status is Status.UPLOADING else None
