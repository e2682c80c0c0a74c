"""Uploads that come in several requests: what is written down of them, and what their use cases need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from lumenstock.catalog.image import Image
from lumenstock.ingest.parts import Part, PartPlan
from lumenstock.kernel.ids import ImageId, UploadId, UserId


class UploadStatus(StrEnum):
    """Where an upload stands; only an open one takes parts."""

    OPEN = "open"
    COMPLETED = "completed"
    ABORTED = "aborted"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Upload:
    """One file that comes in parts, the item ``UPL#id`` / ``A``.

    Attributes:
        key: S3 key of the original that it becomes.
        content_type: As announced; what arrives must be of it.
        size_bytes: Announced length of the whole file.
        part_bytes: Length of the parts as we planned it; None where the client cuts as it likes.
        expires_at: When it ends, whether it is complete or not.
        storage_id: S3's id of the multipart upload; None until the first part is asked for.
        parts: What was put together; empty before.
    """

    id: UploadId
    image_id: ImageId
    contributor_id: UserId
    key: str
    filename: str
    content_type: str
    size_bytes: int
    created_at: datetime
    expires_at: datetime
    part_bytes: int | None = None
    status: UploadStatus = UploadStatus.OPEN
    storage_id: str | None = None
    parts: tuple[Part, ...] = ()

    @property
    def plan(self) -> PartPlan | None:
        """How the file is cut, if we said so."""
        return PartPlan(self.size_bytes, self.part_bytes) if self.part_bytes else None

    def status_at(self, now: datetime) -> UploadStatus:
        """Where it stands at ``now``: what is past its time has ended, also before anybody notes it."""
        is_late = self.status is UploadStatus.OPEN and now >= self.expires_at
        return UploadStatus.EXPIRED if is_late else self.status


class UploadStore(Protocol):
    """Uploads, by conditional writes only."""

    def open(self, image: Image, upload: Upload, *, limit: int, session_id: UploadId | None = None) -> None:
        """Put an image's row and its upload, and note that it is open, all or nothing.

        Args:
            image: The row.
            upload: The upload.
            limit: How many a contributor may have open.
            session_id: Of the session that it is counted against, if it came by one.

        Raises:
            SessionFullError: The session had as many files as it may.
            TooManyOpenUploadsError: The contributor has ``limit`` of them open already.
            VersionConflictError: Too many uploads of this contributor began at once.
        """
        ...

    def get(self, upload_id: UploadId) -> Upload:
        """Read one, strongly consistent.

        Raises:
            NotFoundError: No such upload.
        """
        ...

    def open_ids(self, contributor_id: UserId) -> Sequence[UploadId]:
        """Ids of a contributor's open uploads, oldest first."""
        ...

    def get_many(self, upload_ids: Sequence[UploadId]) -> Mapping[UploadId, Upload]:
        """Read up to 100; unknown ids are left out."""
        ...

    def begin_storage(self, upload_id: UploadId, storage_id: str) -> Upload:
        """Note S3's id for an open upload that has none; the upload as it then stands."""
        ...

    def keep_parts(self, upload_id: UploadId, parts: Sequence[Part]) -> None:
        """Note what is about to be put together, if the upload is open."""
        ...

    def finish(self, upload: Upload, status: UploadStatus) -> Upload:
        """End an open upload with ``status``; one that has ended stays. The upload as it then stands."""
        ...

    def overdue(self, now: datetime) -> Iterator[UploadId]:
        """Ids of uploads that are open and past their time, longest first within a shard."""
        ...


class PartStorage(Protocol):
    """Where parts lie until they are put together."""

    def create(self, key: str, content_type: str) -> str:
        """Begin; the storage's own id."""
        ...

    def parts(self, key: str, storage_id: str) -> tuple[Part, ...]:
        """The parts that have arrived, in the order of their numbers.

        Raises:
            NotFoundError: It was put together, aborted, or never there.
        """
        ...

    def complete(self, key: str, storage_id: str, parts: Sequence[Part]) -> None:
        """Put ``parts`` together into a new object.

        Raises:
            NotFoundError: It was put together, aborted, or never there.
            VersionConflictError: A part changed meanwhile.
        """
        ...

    def abort(self, key: str, storage_id: str) -> None:
        """Throw the parts away; not an error where there is nothing to throw away."""
        ...

    def abort_all(self, prefix: str) -> int:
        """Throw away everything unfinished below ``prefix``; how many there were."""
        ...


class Arrivals(Protocol):
    """The whole files."""

    def exists(self, key: str) -> bool:
        """Whether there is an object at ``key``."""
        ...

    def head_bytes(self, key: str, count: int) -> bytes:
        """Its first ``count`` bytes.

        Raises:
            NotFoundError: No such object.
        """
        ...
