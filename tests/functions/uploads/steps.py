"""Steps of the uploads API, and the people who take them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lumenstock import bootstrap
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.kernel.ids import ImageId
from tests.functions.gateway import Answer, Gateway, Person

HARBOUR: dict[str, Any] = {
    "filename": "DSC_0042.jpg",
    "contentType": "image/jpeg",
    "sizeBytes": 4_718_592,
    "title": "Harbour at dawn",
}
BEN = Person("99999999-aaaa-4bbb-8ccc-222222222222", ("contributor",))
CARA = Person("77777777-aaaa-4bbb-8ccc-222222222222", ("admin",))


def start(gateway: Gateway, person: Person, key: str | None = None, **changes: Any) -> Answer:
    headers = {"Idempotency-Key": key} if key else {}
    body = {**HARBOUR, **changes}
    return gateway.request("POST", "/v1/images/upload", json=body, headers=headers, person=person)


def started(gateway: Gateway, person: Person, **changes: Any) -> ImageId:
    return ImageId(start(gateway, person, **changes).json()["imageId"])


def status(gateway: Gateway, person: Person, image_id: str, held: str = "") -> Answer:
    headers = {"If-None-Match": held} if held else {}
    return gateway.request("GET", f"/v1/images/{image_id}/status", headers=headers, person=person)


def retry(gateway: Gateway, person: Person, image_id: str, key: str = "") -> Answer:
    headers = {"Idempotency-Key": key} if key else {}
    return gateway.request("POST", f"/v1/images/{image_id}/retry", headers=headers, person=person)


def change(image_id: ImageId, how: Callable[[Image], Image]) -> Image:
    return bootstrap.catalog().update(image_id, how)


def move(image_id: ImageId, *targets: Status, **fields: object) -> None:
    now = bootstrap.clock().now()
    for target in targets:
        change(image_id, lambda image, target=target: image.moved(target, now, **fields))  # type: ignore[misc]
