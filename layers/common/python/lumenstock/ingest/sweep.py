"""Sweep: ends what is stuck. Nothing waits for ever because a message was lost or a process died."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.catalog.store import CatalogStore
from lumenstock.ingest.failure import failed
from lumenstock.ingest.ports import Originals
from lumenstock.kernel.errors import NotFoundError
from lumenstock.kernel.ids import ImageId

# A sweep has a minute, and 10 ms an image. What is left over comes later: each sweep begins at another shard.
MAX_IMAGES = 1000


@dataclass(frozen=True, slots=True)
class Patience:
    """How long things may take.

    Attributes:
        uploading: Until we look whether the file of an announced upload is there.
        upload_url: Life of an upload's URL; before it ends nothing expires.
        processing: Until a run of the pipeline counts as dead.
    """

    uploading: timedelta
    upload_url: timedelta
    processing: timedelta


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did.

    Attributes:
        resent: Uploads whose file is there, and which were sent through the pipeline again.
        expired: Announced uploads whose file never came.
        failed: Images whose processing was ended.
        faults: Images that could not be dealt with, each with the error. The others were.
    """

    resent: int
    expired: int
    failed: int
    faults: tuple[tuple[ImageId, Exception], ...]


class Sweeper:
    """Looks after the rows in ``uploading`` and ``processing``."""

    def __init__(
        self, catalog: CatalogStore, originals: Originals, resend: Callable[[Image], None], patience: Patience
    ) -> None:
        """``resend`` puts an image's upload into the pipeline's queue once more."""
        self._catalog = catalog
        self._originals = originals
        self._resend = resend
        self._patience = patience

    def sweep(self, now: datetime) -> Swept:
        """Go once over all that has waited too long. Two sweeps at once do no harm."""
        done: Counter[str] = Counter()
        faults: list[tuple[ImageId, Exception]] = []
        for status, patience in (
            (Status.UPLOADING, self._patience.uploading),
            (Status.PROCESSING, self._patience.processing),
        ):
            for image_id in islice(self._catalog.waiting(status, now - patience), MAX_IMAGES):
                try:
                    done[self._treat(image_id, status, now)] += 1
                except Exception as error:  # noqa: BLE001 - one image must not keep the others waiting
                    faults.append((image_id, error))
        return Swept(done["resent"], done["expired"], done["failed"], tuple(faults))

    def _treat(self, image_id: ImageId, status: Status, now: datetime) -> str:
        """What was done: ``resent``, ``expired``, ``failed`` or ``nothing``."""
        image = self._catalog.get(image_id)
        if image.status is not status:
            return "nothing"  # one queue has both, and the index may be a moment behind
        if status is Status.PROCESSING:
            due = now - image.entered_at > self._patience.processing
            return "failed" if due and self._end(image, failed, now) else "nothing"
        if self._has_file(image):
            self._resend(image)  # its event was lost; or it waits in a long queue, and this one will be idle
            return "resent"
        # One whose sending began just before the URL ended is given time to finish.
        if now - self._awaited_until(image) > self._patience.uploading:
            return "expired" if self._end(image, _expired, now) else "nothing"
        return "nothing"

    def _awaited_until(self, image: Image) -> datetime:
        return image.awaited_until or image.created_at + self._patience.upload_url

    def _has_file(self, image: Image) -> bool:
        try:
            self._originals.head(image.source.key)
        except NotFoundError:
            return False
        return True

    def _end(self, seen: Image, change: Callable[[Image, datetime], Image | None], now: datetime) -> bool:
        """Change the row if nothing else happened since it was seen; whether that was so."""
        ended = self._catalog.update(
            seen.id, lambda present: change(present, now) if present.version == seen.version else None
        )
        return ended.entered_at == now


def _expired(present: Image, now: datetime) -> Image:
    return present.moved(Status.EXPIRED, now)
