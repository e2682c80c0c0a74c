"""A file that comes in parts, as its client sees it, and the bucket behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lumenstock import bootstrap
from lumenstock.ingest.uploads import Upload
from lumenstock.kernel.ids import ImageId, UploadId
from tests.conftest import ORIGINALS, Stores
from tests.functions.gateway import Answer, Gateway, Person
from tests.pictures import jpeg

MIB = 1 << 20
PART = 5 * MIB
# Two parts, the second of 1,000 bytes. Only the first bytes need to be a picture here.
FILE = (jpeg(64, 48) + b"\0" * (PART + 1000))[: PART + 1000]
NOTHING = "01JD8QZ9Y0V7W3T5K2N4M6P8RA"


@dataclass
class Sending:
    """An upload in parts, as its client sees it, and the bucket behind it."""

    gateway: Gateway
    person: Person
    stores: Stores
    id: str
    image_id: ImageId
    part_count: int

    def ask(self, method: str, part: str = "", person: Person | None = None, **sent: Any) -> Answer:
        target = f"/v1/uploads/{self.id}{part}"
        return self.gateway.request(method, target, person=person or self.person, **sent)

    def sign(self, *numbers: int) -> Answer:
        return self.ask("POST", "/parts", json={"numbers": list(numbers)})

    def send(self, *numbers: int, data: bytes = FILE) -> None:
        """Put parts; that a URL allows no more is shown on the local stage, whose S3 checks signatures."""
        self.sign(*numbers)
        record = self.record()
        for number in numbers:
            self.stores.s3.upload_part(
                Bucket=ORIGINALS,
                Key=record.key,
                UploadId=str(record.storage_id),
                PartNumber=number,
                Body=data[(number - 1) * PART : number * PART],
            )

    def complete(self) -> Answer:
        return self.ask("POST", "/complete")

    def state(self) -> Any:
        return self.ask("GET").json()

    def record(self) -> Upload:
        return bootstrap.uploads().get(UploadId(self.id))

    def unfinished(self) -> int:
        listed = self.stores.s3.list_multipart_uploads(Bucket=ORIGINALS)
        return len(listed.get("Uploads", []))

    def stored(self) -> bytes:
        return self.stores.s3.get_object(Bucket=ORIGINALS, Key=self.record().key)["Body"].read()


Begin = Callable[..., Sending]


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """Set the clock of the whole process."""

    class Clock:
        def now(self) -> datetime:
            return moment

    monkeypatch.setattr(bootstrap, "clock", Clock)


def later(**time: float) -> datetime:
    now = datetime.now(UTC) + timedelta(**time)
    return now.replace(microsecond=0)
