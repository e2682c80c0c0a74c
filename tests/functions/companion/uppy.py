"""Uppy, as its calls were read in @uppy/aws-s3 5.1.0 and 6.3.1."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from lumenstock import bootstrap
from lumenstock.accounts.model import Profile
from lumenstock.catalog.image import Image
from lumenstock.kernel.ids import UploadId, UserId
from tests.conftest import ORIGINALS, Stores
from tests.functions.gateway import Answer, Gateway, Person
from tests.pictures import jpeg

MIB = 1 << 20
CHUNK = 5 * MIB
FILE = (jpeg(64, 48) + b"\0" * 2 * CHUNK)[: 2 * CHUNK + 1000]
ANA = Person("11111111-aaaa-4bbb-8ccc-222222222222", ("contributor",))
BEN = Person("99999999-aaaa-4bbb-8ccc-222222222222", ("contributor",))
NOTHING = "01JD8QZ9Y0V7W3T5K2N4M6P8RA"


@dataclass
class Uppy:
    """What Uppy sends, as read in @uppy/aws-s3 5.1.0 and 6.3.1."""

    endpoint: str
    stores: Stores
    gateway: Gateway = field(default_factory=Gateway)

    def ask(self, method: str, path: str, query: dict[str, str] | None = None, json: object = None) -> Answer:
        target = f"{self.endpoint}/s3{path}?{urlencode(query or {})}"
        return self.gateway.request(method, target, json=json)

    def create(self, **changes: Any) -> Answer:
        body = {
            "filename": "a b.jpg",
            "type": "image/jpeg",
            "metadata": {"name": "a b.jpg", "type": "image/jpeg", "relativePath": None, "size": len(FILE)},
        }
        return self.ask("POST", "/multipart", json={**body, **changes})

    def started(self, **changes: Any) -> Sending:
        made = self.create(**changes).json()
        assert set(made) == {"key", "uploadId", "bucket"}
        return Sending(self, made["uploadId"], made["key"])


@dataclass
class Sending:
    """One file on its way."""

    uppy: Uppy
    id: str
    key: str

    def ask(self, method: str, part: str = "", json: object = None, **query: str) -> Answer:
        return self.uppy.ask(method, f"/multipart/{self.id}{part}", {"key": self.key, **query}, json)

    def send(self, *chunks: tuple[int, bytes]) -> None:
        for number, data in chunks:
            url = self.ask("GET", f"/{number}").json()["url"]
            storage_id = parse_qs(urlsplit(url).query)["uploadId"][0]
            self.uppy.stores.s3.upload_part(
                Bucket=ORIGINALS, Key=self.key, UploadId=storage_id, PartNumber=number, Body=data
            )

    def send_all(self, chunk: int = CHUNK, data: bytes = FILE) -> None:
        self.send(*enumerate((data[at : at + chunk] for at in range(0, len(data), chunk)), start=1))

    def complete(self, parts: object = ()) -> Answer:
        return self.ask("POST", "/complete", json={"parts": list(parts)})  # type: ignore[call-overload]

    def row(self) -> Image:
        return bootstrap.catalog().get(bootstrap.uploads().get(UploadId(self.id)).image_id)


def signed_in(person: Person, name: str) -> Person:
    joined = datetime(2026, 11, 1, tzinfo=UTC)
    bootstrap.profiles().create(Profile(UserId(person.id), f"{name}@example.com", name, joined))
    return person


def session(person: Person, **body: object) -> dict[str, Any]:
    answer = Gateway().request("POST", "/v1/upload-sessions", json=body, person=person)
    assert answer.status == 201, answer
    found: dict[str, Any] = answer.json()
    return found


def every_call(uppy: Uppy, upload_id: str, key: str) -> list[Answer]:
    sending = Sending(uppy, upload_id, key)
    return [
        sending.ask("GET"),
        sending.ask("GET", "/1"),
        sending.ask("GET", "/batch", partNumbers="1"),
        sending.ask("DELETE"),
        sending.complete(),
    ]


def session_id(uppy: Uppy) -> str:
    return uppy.endpoint.rpartition("/")[2].partition(".")[0]
