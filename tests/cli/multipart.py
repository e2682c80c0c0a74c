"""The part of the marketplace that takes large files in parts, with parts of a size that suits a test."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.cli.answers import Answer, problem


@dataclass
class Upload:
    """An upload in parts."""

    image_id: str
    size_bytes: int
    part_bytes: int
    status: str = "open"
    held: dict[int, bytes] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return -(-self.size_bytes // self.part_bytes)

    def length(self, number: int) -> int:
        return min(self.part_bytes, self.size_bytes - (number - 1) * self.part_bytes)


@dataclass
class Uploads:
    """All of them by id.

    Attributes:
        puts: How often each part came, by upload and number.
        signed_for: Serial of the addresses of a part that count; older ones have ended.
    """

    part_bytes: int = 4_000
    single_put_bytes: int = 20_000
    by_id: dict[str, Upload] = field(default_factory=dict)
    puts: Counter[tuple[str, int]] = field(default_factory=Counter)
    ended: set[str] = field(default_factory=set)
    addresses: int = 0

    def plan(self, image_id: str, size_bytes: int) -> dict[str, Any]:
        """Begin an upload."""
        upload_id = f"UPL{image_id.removeprefix('IMG')}"
        upload = self.by_id.setdefault(upload_id, Upload(image_id, size_bytes, self.part_bytes))
        return {"uploadId": upload_id, "method": "MULTIPART", **_plan(upload)}

    def answer(self, path: str, said: dict[str, Any], url: str) -> Answer:
        """Answer a call below ``/v1/uploads/``."""
        upload_id, _, step = path.removeprefix("/v1/uploads/").partition("/")
        upload = self.by_id.get(upload_id)
        if upload is None:
            return problem(404, "not_found", "There is no such upload.")
        if step == "parts":
            return Answer(200, {"urls": self._sign(upload_id, upload, said["numbers"], url), "expiresIn": 9})
        if step == "complete":
            return self._complete(upload)
        parts = [{"number": n, "size": len(b), "etag": "e"} for n, b in sorted(upload.held.items())]
        state = {"uploadId": upload_id, "status": upload.status, "parts": parts, **_plan(upload)}
        return Answer(200, state)

    def has_whole(self, image_id: str) -> bool:
        """Whether the image's file came in parts and is complete."""
        return any(one.image_id == image_id and one.status == "completed" for one in self.by_id.values())

    def put(self, path: str, headers: Any, body: bytes) -> Answer:
        """Take a part at ``/store/part/{upload}/{number}/{address}``."""
        upload_id, number, address = path.split("/")[3:]
        upload = self.by_id[upload_id]
        if address in self.ended:
            return Answer(403, "<Error><Code>AccessDenied</Code><Message>Expired.</Message></Error>")
        assert int(headers["content-length"]) == upload.length(int(number)) == len(body)
        self.puts[upload_id, int(number)] += 1
        upload.held[int(number)] = body
        return Answer(200, None, {"etag": '"e"'})

    def _sign(self, upload_id: str, upload: Upload, numbers: list[int], url: str) -> dict[str, Any]:
        assert 1 <= len(numbers) <= 100
        signed = {}
        for number in numbers:
            self.addresses += 1
            signed[str(number)] = {
                "url": f"{url}/store/part/{upload_id}/{number}/{self.addresses}",
                "headers": {"Content-Length": str(upload.length(number))},
            }
        return signed

    def _complete(self, upload: Upload) -> Answer:
        if upload.status == "open" and len(upload.held) < upload.count:
            return problem(422, "upload_incomplete", "Parts are missing.")
        upload.status = "completed"
        return Answer(200, {"imageId": upload.image_id, "status": upload.status})


def _plan(upload: Upload) -> dict[str, Any]:
    return {"imageId": upload.image_id, "partSize": upload.part_bytes, "partCount": upload.count}
