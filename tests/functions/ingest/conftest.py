"""A contributor's upload on moto, and the machine's way through the real handlers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.ingest import develop, metadata, record, render, validate, watermark
from lumenstock import bootstrap
from lumenstock.catalog.image import Image, original_key
from lumenstock.imaging.decoder import RAW_PROGRAM, Decoder
from lumenstock.ingest.upload import Announcement, Contributor, image_at
from lumenstock.kernel.ids import ImageId, UserId
from tests.conftest import ORIGINALS, Stores

T0 = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.time = T0

    def now(self) -> datetime:
        return self.time


@pytest.fixture(scope="session")
def decoder() -> Iterator[Decoder]:
    """One decoder process for all tests: what a warm function has."""
    decoder = Decoder({}, program=RAW_PROGRAM)
    yield decoder
    decoder.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@dataclass
class Pipeline:
    """Uploads and runs: what a client, S3, and the state machine do."""

    stores: Stores

    def upload(
        self,
        body: bytes | None,
        name: str = "01HZY0000000000000000000A1",
        *,
        content_type: str = "image/jpeg",
        owner: str = "ann",
    ) -> Image:
        """Announce a picture and put its file (None: the client never does)."""
        image_id, contributor = ImageId(name), Contributor(UserId(owner), owner.title())
        announced = Announcement("a", content_type, len(body or b""), "A picture", "", (), ())
        key = original_key(contributor.id, image_id, T0, content_type.removeprefix("image/"))
        image = image_at(
            key,
            image_id,
            contributor,
            announced,
            now=T0,
            random_bytes=lambda count: name.encode()[-count:],
        )
        bootstrap.catalog().create(image)
        if body is not None:
            self.put(key, body)
        return image

    def put(self, key: str, body: bytes) -> None:
        self.stores.s3.put_object(Bucket=ORIGINALS, Key=key, Body=body)

    def validate(self, image: Image) -> dict[str, Any]:
        return validate.handler({"image_id": image.id, "bucket": ORIGINALS, "key": image.source.key}, None)

    def run(self, image: Image) -> Image:
        """What the state machine does, in its order; the row as it then stands."""
        checked = self.validate(image)
        if checked["ok"] and checked["plan"]["kind"] == "raw":
            checked = develop.handler({"image_id": image.id, "plan": checked["plan"]}, None)
        common = {"image_id": image.id, "plan": checked["plan"]}
        if checked["ok"]:
            rendered = [
                render.handler({**common, "group": group}, None) for group in checked["plan"]["groups"]
            ]
            watermarked = watermark.handler(common, None)
            metadata.handler(common, None)
            record.handler(recorded(checked, rendered, watermarked), None)
        elif checked["reasons"]:
            record.handler(recorded(checked, [], None), None)
        return self.row(image)

    def row(self, image: Image) -> Image:
        return bootstrap.catalog().get(image.id)


def recorded(
    checked: dict[str, Any], rendered: list[dict[str, Any]], watermarked: dict[str, Any] | None
) -> dict[str, Any]:
    """Record's input."""
    return {
        "image_id": checked["image_id"],
        "checked": checked,
        "rendered": rendered,
        "watermarked": watermarked,
    }


@pytest.fixture
def pipeline(stores: Stores, decoder: Decoder, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    return _pipeline(stores, decoder, clock, monkeypatch)


@pytest.fixture
def real_pipeline(
    real_stores: Stores, decoder: Decoder, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Pipeline:
    """Over tables that a race can be proved on."""
    return _pipeline(real_stores, decoder, clock, monkeypatch)


def _pipeline(stores: Stores, decoder: Decoder, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    monkeypatch.setattr(bootstrap, "decoder", lambda: decoder)
    monkeypatch.setattr(bootstrap, "raw_decoder", lambda: decoder)
    monkeypatch.setattr(bootstrap, "clock", lambda: clock)
    return Pipeline(stores)
