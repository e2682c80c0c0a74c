"""Camera raw through the handlers: developed once, kept in private, rendered as any picture."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import numpy as np
import pytest
from PIL import Image

from functions.ingest import develop
from lumenstock.catalog.states import Status
from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.errors import DecoderLimitError, DecoderLostError
from tests.conftest import ORIGINALS
from tests.functions.ingest.conftest import Pipeline
from tests.pictures import encode
from tools.samples.dng import Preview, dng
from tools.samples.variants import quarters

TYPE = "image/x-adobe-dng"
DEVELOPED = "developed/01HZY0000000000000000000A1/1.jpg"


@cache
def raw(width_px: int = 2400, height_px: int = 1600, preview_px: int = 0, orientation: int = 1) -> bytes:
    preview = None
    if preview_px:
        height = preview_px * height_px // width_px
        preview = Preview(encode(quarters(preview_px, height), "JPEG"), preview_px, height)
    pixels = np.asarray(quarters(width_px, height_px))
    return dng(pixels, preview=preview, orientation=orientation)


def answered(pipeline: Pipeline, body: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Validate's answer and develop's."""
    checked = pipeline.validate(pipeline.upload(body, content_type=TYPE))
    return checked, develop.handler({"image_id": checked["image_id"], "plan": checked["plan"]}, None)


def codes(answer: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in answer["reasons"]]


def test_camera_raw_becomes_the_same_files_as_a_picture_at_the_size_of_the_original(
    pipeline: Pipeline,
) -> None:
    row = pipeline.run(pipeline.upload(raw(preview_px=1800), content_type=TYPE))
    assert (row.status, row.width_px, row.height_px) == (Status.PROCESSING, 2400, 1600)
    assert row.source.format == "dng"
    assert set(row.renditions) == {"1024", "512", "300"}
    shown = Image.open(io.BytesIO(pipeline.stores.derivatives()[f"{row.media_key}/1/300.webp"]))
    assert shown.size == (300, 200)


def test_a_turned_raw_file_stands_upright(pipeline: Pipeline) -> None:
    row = pipeline.run(pipeline.upload(raw(preview_px=1800, orientation=6), content_type=TYPE))
    assert (row.width_px, row.height_px) == (1600, 2400)
    shown = Image.open(io.BytesIO(pipeline.stores.derivatives()[f"{row.media_key}/1/300.webp"]))
    assert shown.size == (300, 450)


def test_validate_leaves_size_and_files_to_the_development(pipeline: Pipeline) -> None:
    checked, developed = answered(pipeline, raw())
    plan = checked["plan"]
    assert (plan["kind"], plan["width_px"], plan["groups"], plan["developed"]) == ("raw", 0, [], None)
    complete = {
        **plan,
        "developed": DEVELOPED,
        "width_px": 2400,
        "height_px": 1600,
        "groups": [["512", "300"]],
        "marked": ["1024"],
    }
    assert developed == {**checked, "plan": complete}


def test_what_was_developed_is_a_plain_jpeg_beside_the_originals(pipeline: Pipeline) -> None:
    answered(pipeline, raw())
    stored = pipeline.stores.s3.get_object(Bucket=ORIGINALS, Key=DEVELOPED)
    assert stored["ContentType"] == "image/jpeg"
    assert Image.open(io.BytesIO(stored["Body"].read())).size == (1200, 800)
    assert pipeline.stores.derivatives() == {}


def test_twice_is_once(pipeline: Pipeline) -> None:
    checked, first = answered(pipeline, raw())
    before = pipeline.stores.s3.head_object(Bucket=ORIGINALS, Key=DEVELOPED)["ETag"]
    again = develop.handler({"image_id": checked["image_id"], "plan": checked["plan"]}, None)
    assert (again, pipeline.stores.s3.head_object(Bucket=ORIGINALS, Key=DEVELOPED)["ETag"]) == (first, before)


def test_nothing_is_made_that_the_developed_picture_cannot_fill(pipeline: Pipeline) -> None:
    _, developed = answered(pipeline, raw(640, 480))
    plan = developed["plan"]
    assert (plan["width_px"], plan["groups"], plan["marked"]) == (640, [["300"]], ["preview"])


def test_camera_raw_of_too_many_pixels_is_refused_and_leaves_nothing(
    pipeline: Pipeline, set_stage: Any
) -> None:
    set_stage(MAX_PIXELS="1000000")
    _, developed = answered(pipeline, raw())
    assert (developed["ok"], codes(developed), developed["plan"]) == (False, ["too_many_pixels"], None)
    listed = pipeline.stores.s3.list_objects_v2(Bucket=ORIGINALS, Prefix="developed/")
    assert listed["KeyCount"] == 0


def test_camera_raw_that_is_cut_short_is_refused_by_validate(pipeline: Pipeline) -> None:
    answer = pipeline.validate(pipeline.upload(raw()[:-5000], content_type=TYPE))
    assert codes(answer) == ["truncated"]


def test_camera_raw_that_libraw_does_not_read_is_damaged(pipeline: Pipeline) -> None:
    body = raw().replace(b"\x06\xc6\x01\0", b"\x06\xc6\x07\0")  # DNGVersion in another type
    photometric = body.replace(b"\x06\x01\x03\0\x01\0\0\0\x23\x80", b"\x06\x01\x03\0\x01\0\0\0\xff\xff")
    row = pipeline.run(pipeline.upload(photometric, content_type=TYPE))
    assert row.status is Status.REJECTED


def test_a_decoder_beyond_its_limits_is_a_refusal_and_a_lost_one_a_fault(
    pipeline: Pipeline, decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = pipeline.validate(pipeline.upload(raw(), content_type=TYPE))
    payload = {"image_id": checked["image_id"], "plan": checked["plan"]}

    def fail(error: Exception) -> None:
        def failing(*_: object) -> None:
            raise error

        monkeypatch.setattr(decoder, "develop", failing)

    fail(DecoderLimitError("SIGXCPU"))
    assert codes(develop.handler(payload, None)) == ["decoder_limit"]
    fail(DecoderLostError("SIGKILL"))
    with pytest.raises(DecoderLostError):
        develop.handler(payload, None)
