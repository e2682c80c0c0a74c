from __future__ import annotations

import io
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from functions.delivery import render
from lumenstock import bootstrap
from lumenstock.adapters.aws import clients
from lumenstock.catalog.states import Status
from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.errors import DecoderLostError
from lumenstock.imaging.renditions import RENDITIONS, Encoding
from tests.conftest import DERIVATIVES, ORIGINALS
from tests.functions.delivery.conftest import Answer, Shop, ask
from tests.functions.ingest.conftest import Clock, Pipeline
from tests.pictures import jpeg
from tools.samples.dng import dng
from tools.samples.variants import quarters

RAW = dng(np.asarray(quarters(2400, 1600)))


def opened(answer: Answer) -> Any:
    assert answer.status == 200
    return Pillow.open(io.BytesIO(answer.body))


@pytest.mark.parametrize("file", ["150.jpg", "450.avif", "512.avif", "600.webp", "1024.jpg", "1200.avif"])
def test_a_missing_file_is_made_kept_and_answered_for_ever(shop: Shop, file: str) -> None:
    image = shop.picture()
    answer = shop.ask(image, file)
    name, ending = file.split(".")
    assert opened(answer).width == int(name)
    assert answer.headers["content-type"] == Encoding(ending).media_type
    assert "immutable" in answer.headers["cache-control"]
    assert shop.pipeline.stores.derivatives()[f"{image.media_key}/1/{file}"] == answer.body
    assert shop.renders == [(name,)]


def test_a_file_that_is_there_is_not_made_again(shop: Shop) -> None:
    image = shop.picture()
    first = shop.ask(image, "256.avif")
    assert shop.ask(image, "256.avif").body == first.body
    assert len(shop.renders) == 1
    assert shop.ask(image, "1024.webp").status == 200
    assert len(shop.renders) == 1, "the pipeline made that one"


def test_a_file_that_is_made_late_is_the_one_that_would_have_been_made_at_once(
    shop: Shop, pipeline: Pipeline
) -> None:
    image = shop.picture()
    key = f"{image.media_key}/1/1024.webp"
    at_once = pipeline.stores.derivatives()[key]
    pipeline.stores.s3.delete_object(Bucket=DERIVATIVES, Key=key)
    late = opened(shop.ask(image, "1024.webp"))
    with Pillow.open(io.BytesIO(at_once)) as early:
        difference = np.asarray(late, dtype=float) - np.asarray(early, dtype=float)
    assert np.abs(difference).mean() < 1.5


def test_a_wide_file_carries_marks_and_a_narrow_one_does_not(shop: Shop) -> None:
    grey = io.BytesIO()
    Pillow.new("RGB", (1300, 900), (128, 128, 128)).save(grey, "JPEG", quality=95)
    image = shop.picture(grey.getvalue())
    spread = {
        file: np.asarray(opened(shop.ask(image, file)).convert("L"), dtype=float).std()
        for file in ("450.jpg", "600.jpg", "1000.jpg", "1200.jpg")
    }
    assert spread.pop("450.jpg") < 1
    assert min(spread.values()) > 3


@pytest.mark.parametrize(("file", "status"), [("150.avif", 200), ("300.jpg", 200), ("450.webp", 503)])
def test_a_small_file_comes_from_a_larger_one_and_a_large_one_from_the_original(
    shop: Shop, file: str, status: int
) -> None:
    image = shop.picture()
    shop.pipeline.stores.s3.delete_object(
        Bucket=ORIGINALS, Key=image.source.key, VersionId=str(image.source.version_id)
    )
    assert shop.ask(image, file).status == status


def test_the_version_that_was_validated_is_the_one_that_is_shown(shop: Shop) -> None:
    red, blue = io.BytesIO(), io.BytesIO()
    Pillow.new("RGB", (1300, 900), "red").save(red, "JPEG")
    Pillow.new("RGB", (1300, 900), "blue").save(blue, "JPEG")
    image = shop.picture(red.getvalue())
    shop.pipeline.put(image.source.key, blue.getvalue())
    colour = opened(shop.ask(image, "450.jpg")).getpixel((10, 10))
    assert colour[0] > 200 > colour[2]


@pytest.mark.parametrize(
    "status", [Status.PROCESSING, Status.PENDING_REVIEW, Status.TAKEN_DOWN, Status.DELETED]
)
def test_nothing_is_made_of_an_image_that_is_not_approved(shop: Shop, status: Status) -> None:
    image = shop.picture(status=status)
    answer = shop.ask(image, "150.jpg")
    assert (answer.status, shop.renders) == (404, [])
    assert answer.headers["cache-control"] == "public, max-age=10"


def test_an_old_address_of_an_image_leads_nowhere(shop: Shop) -> None:
    image = shop.picture()
    now = bootstrap.clock().now()
    rotated = bootstrap.catalog().update(
        image.id, lambda row: row.changed(media_key="cd" * 16, entered_at=now)
    )
    assert shop.ask(image, "150.jpg").status == 404
    assert ask(f"/{rotated.media_key}/2/150.jpg").status == 404
    assert shop.renders == []
    assert shop.ask(rotated, "450.jpg").status == 200


@pytest.mark.parametrize(
    "file", ["1600.jpg", "preview.jpg", "1024.png", "4000.jpg", "512.jpeg", "512", "512.jpg/x"]
)
def test_what_the_image_does_not_have_is_not_made(shop: Shop, file: str) -> None:
    assert shop.ask(shop.picture(), file).status == 404
    assert shop.renders == []


@pytest.mark.parametrize("file", ["450.avif", "150.jpg", "1000.avif"])
def test_a_file_of_camera_raw_is_made_from_what_was_developed_of_it(shop: Shop, file: str) -> None:
    image = shop.picture(RAW, content_type="image/x-adobe-dng")
    assert image.source.format == "dng"
    assert opened(shop.ask(image, file)).width == int(file.partition(".")[0])


def test_camera_raw_is_shown_as_wide_as_it_was_developed_and_no_wider(shop: Shop) -> None:
    """The sensor is 2,400 px wide, what was developed 1,200: half, as of a camera that writes no preview."""
    image = shop.picture(RAW, content_type="image/x-adobe-dng")
    assert image.width_px == 2400
    assert opened(shop.ask(image, "1200.jpg")).width == 1200
    for _ in range(2):
        assert shop.ask(image, "1600.jpg").status == 404
    assert shop.renders == [("1200",), ("1600",)], "and what cannot be made is not tried again"
    assert f"{image.media_key}/1/1600.jpg" not in shop.pipeline.stores.derivatives()


def test_camera_raw_that_has_a_preview_has_it_in_every_encoding(shop: Shop) -> None:
    image = shop.picture(dng(np.asarray(quarters(1300, 900))), content_type="image/x-adobe-dng")
    assert "preview" in image.renditions
    assert opened(shop.ask(image, "preview.avif")).width == 650


def test_a_narrow_source_has_a_preview_and_nothing_wider(shop: Shop) -> None:
    image = shop.picture(jpeg(700, 500))
    assert opened(shop.ask(image, "preview.avif")).width == 700
    assert shop.ask(image, "1000.avif").status == 404


ASKERS = int(os.environ.get("ASKERS", "200"))  # 1,000 on demand
PATHS = st.one_of(
    st.text(max_size=80),
    st.from_regex(r"/[0-9a-f]{32}/[0-9]{1,9}/[0-9]{1,5}\.(avif|webp|jpg|png)", fullmatch=True),
    st.builds(
        "/{}/{}/{}.{}".format,
        st.from_regex(r"[0-9a-f]{32}", fullmatch=True),
        st.integers(1, 3),
        st.sampled_from(sorted(RENDITIONS)),
        st.sampled_from(list(Encoding)),
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(PATHS)
def test_no_guessed_address_makes_or_keeps_anything(shop: Shop, path: str) -> None:
    before = shop.pipeline.stores.dynamodb.scan(TableName="idempotency")["Count"]
    assert ask(path).status == 404
    assert shop.renders == []
    assert shop.pipeline.stores.dynamodb.scan(TableName="idempotency")["Count"] == before == 0


def test_of_many_who_ask_at_once_one_makes_the_file_and_all_get_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moto's table is behind one lock here, as an item of DynamoDB is; the order of the callers is not."""
    image = shop.picture(jpeg(1100, 800))
    lock, waited = threading.Lock(), threading.Event()
    client: Any = clients.dynamodb()
    send = client._make_api_call

    def one_at_a_time(*arguments: Any) -> Any:
        with lock:
            return send(*arguments)

    monkeypatch.setattr(client, "_make_api_call", one_at_a_time)
    monkeypatch.setattr("functions.delivery.render.time.sleep", lambda _: waited.wait(0.05))
    with ThreadPoolExecutor(32) as crowd:
        answers = list(crowd.map(lambda _: shop.ask(image, "450.avif"), range(ASKERS)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    assert shop.renders == [("450",)]


def test_who_waits_too_long_is_asked_to_come_again(shop: Shop, clock: Clock) -> None:
    image = shop.picture()
    taken = render._flight(f"{image.media_key}/1/450.jpg")
    taken.begin()
    answer = shop.ask(image, "450.jpg")
    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    assert answer.headers["cache-control"] == "no-store"
    clock.time += timedelta(seconds=61)
    assert shop.ask(image, "450.jpg").status == 200, "whoever had it is dead by now"


def test_what_does_not_decode_is_tried_once_an_hour(shop: Shop, clock: Clock) -> None:
    body = jpeg(1300, 900)
    image = shop.picture(body)
    broken = bootstrap.catalog().update(
        image.id, lambda row: row.changed(source=_source_of(shop, row, body[: len(body) // 2]))
    )
    for _ in range(3):
        assert shop.ask(broken, "1200.jpg").status == 404
    assert shop.renders == [("1200",)]
    clock.time += timedelta(minutes=61)
    shop.ask(broken, "1200.jpg")
    assert len(shop.renders) == 2


def _source_of(shop: Shop, row: Any, body: bytes) -> Any:
    put = shop.pipeline.stores.s3.put_object(Bucket=ORIGINALS, Key=row.source.key, Body=body)
    return replace(row.source, version_id=put["VersionId"])


def test_a_lost_decoder_is_nobodys_fault_and_the_next_one_may_try(
    shop: Shop, decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = shop.picture()
    with monkeypatch.context() as patched:

        def lost(*_: object) -> None:
            raise DecoderLostError("SIGKILL")

        patched.setattr(decoder, "render", lost)
        assert shop.ask(image, "450.jpg").status == 503
    assert shop.ask(image, "450.jpg").status == 200


def test_a_takedown_that_comes_between_leaves_no_file_behind(
    shop: Shop, decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = shop.picture()
    made = decoder.render

    def late(*arguments: Any) -> Any:
        answer = made(*arguments)
        shop.move(image, Status.TAKEN_DOWN)
        return answer

    monkeypatch.setattr(decoder, "render", late)
    assert shop.ask(image, "450.jpg").status == 404
    assert f"{image.media_key}/1/450.jpg" not in shop.pipeline.stores.derivatives()


def test_a_file_is_only_read(shop: Shop) -> None:
    answer = ask(f"/{shop.picture().media_key}/1/450.jpg", "POST")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
