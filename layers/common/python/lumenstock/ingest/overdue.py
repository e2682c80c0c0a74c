"""Uploads past their time: their parts are thrown away, also where no rule of the bucket does it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from lumenstock.ingest.multipart import MultipartUploads
from lumenstock.ingest.uploads import UploadStatus, UploadStore
from lumenstock.kernel.ids import UploadId

# Each takes four calls, about 50 ms, of the sweeper's minute. What is left over comes at the next one.
MAX_UPLOADS = 200


@dataclass(frozen=True, slots=True)
class Ended:
    """What was ended: how many, and those that could not be, each with the error."""

    count: int
    faults: tuple[tuple[UploadId, Exception], ...]


def end_overdue(store: UploadStore, uploads: MultipartUploads, now: datetime) -> Ended:
    """End every open upload whose time is over. Two at once do no harm."""
    count = 0
    faults: list[tuple[UploadId, Exception]] = []
    for upload_id in islice(store.overdue(now), MAX_UPLOADS):
        try:
            upload = store.get(upload_id)
            if upload.status is UploadStatus.OPEN:  # the index may be a moment behind
                uploads.end(upload, UploadStatus.EXPIRED, now)
                count += 1
        except Exception as error:  # noqa: BLE001 - one upload must not keep the others
            faults.append((upload_id, error))
    return Ended(count, tuple(faults))
