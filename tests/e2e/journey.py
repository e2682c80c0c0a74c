"""Steps that people take, by name. Each returns what it made and raises AssertionError when it does not work."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import numpy as np

from tests.e2e.stage import Person
from tests.pictures import jpeg, noise_png, photo
from tools.samples.dng import dng

_seeds = itertools.count(time.time_ns() % 2**32)
Status = dict[str, Any]


def new_picture(width_px: int = 640, height_px: int = 480) -> bytes:
    """A JPEG like no other: what looks like somebody else's picture waits for a moderator."""
    return jpeg(width_px, height_px, seed=next(_seeds))


def new_camera_raw() -> bytes:
    """A DNG like no other."""
    return dng(np.asarray(photo(640, 480, seed=next(_seeds))))


def new_panorama() -> bytes:
    """A PNG of 17.3 MB that nobody uploaded before: four parts of at most 5 MiB."""
    return noise_png(2400, 2400, next(_seeds))


def announce(person: Person, data: bytes, title: str = "A picture", **fields: object) -> dict[str, Any]:
    """Ask where to send a picture."""
    body = {
        "filename": "a.jpg",
        "contentType": "image/jpeg",
        "sizeBytes": len(data),
        "title": title,
        **fields,
    }
    return expect(person.api.post("/v1/images/upload", json=body))


def send(upload: Mapping[str, Any], data: bytes) -> None:
    """Send it there, exactly as asked."""
    answer = httpx.put(upload["uploadUrl"], content=data, headers=upload["headers"], trust_env=False)
    assert answer.is_success, f"S3 answered {answer.status_code}: {answer.text}"


def upload(person: Person, data: bytes | None = None, **fields: object) -> str:
    """Announce and send a picture; returns its id."""
    data = data or new_picture()
    announced = announce(person, data, **fields)  # type: ignore[arg-type]  # title among the fields
    send(announced, data)
    return str(announced["imageId"])


def status_of(person: Person, image_id: str) -> Status:
    """Where a picture stands."""
    return expect(person.api.get(f"/v1/images/{image_id}/status"))


def settled(person: Person, image_id: str, within_s: float = 60) -> Status:
    """Wait until a picture is neither uploading nor processing."""
    status: Status = wait_for(
        lambda: status_of(person, image_id),
        lambda status: status["status"] not in {"uploading", "processing"},
        within_s,
    )
    return status


def approved(person: Person, image_id: str, within_s: float = 60) -> Status:
    """Wait until a picture is settled, and approved."""
    status = settled(person, image_id, within_s)
    assert status["status"] == "approved", status
    return status


def decide(
    admin: Person, image_id: str, step: str, seen: int | None = None, **body: object
) -> dict[str, Any]:
    """A moderator's step, on what waits with the version that they have ``seen``; the image as it is then."""
    headers = {"If-Match": f'"{seen}"'} if seen else {}
    target = f"/v1/admin/moderation/{image_id}/{step}"
    return expect(admin.api.post(target, json=body, headers=headers))


def wait_for(
    look: Callable[[], Any], good: Callable[[Any], bool], within_s: float, every_s: float = 0.3
) -> Any:
    """Look again and again until ``good``; returns what was seen."""
    deadline = time.monotonic() + within_s
    while not good(seen := look()):
        assert time.monotonic() < deadline, f"not within {within_s} s; last seen: {seen}"
        time.sleep(every_s)
    return seen


def expect(answer: httpx.Response) -> dict[str, Any]:
    """The body of a success."""
    assert answer.is_success, f"{answer.request.url.path} answered {answer.status_code}: {answer.text}"
    body: dict[str, Any] = answer.json() if answer.content else {}
    return body
