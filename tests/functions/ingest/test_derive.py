from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from functions.ingest import render, watermark
from lumenstock import bootstrap
from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.errors import DecoderLimitError, DecoderLostError
from lumenstock.imaging.renditions import Encoding
from tests.conftest import DERIVATIVES
from tests.functions.ingest.conftest import Pipeline
from tests.pictures import encode, jpeg


def made(pipeline: Pipeline, body: bytes, **options: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both tasks' answers for an upload."""
    checked = pipeline.validate(pipeline.upload(body, **options))
    common = {"image_id": checked["image_id"], "plan": checked["plan"]}
    groups = checked["plan"]["groups"]
    clean = render.handler({**common, "group": groups[0] if groups else []}, None)
    return clean, watermark.handler(common, None)


def sizes(pipeline: Pipeline) -> dict[str, tuple[int, int]]:
    files = pipeline.stores.derivatives()
    return {key.rsplit("/", 1)[1]: Image.open(io.BytesIO(body)).size for key, body in files.items()}


def test_a_photo_becomes_two_clean_files_and_a_marked_one(pipeline: Pipeline) -> None:
    clean, marked = made(pipeline, jpeg(2000, 1500))
    assert clean == {"ok": True, "renditions": ["512", "300"], "reasons": []}
    assert marked == {"ok": True, "renditions": ["1024"], "reasons": []}
    assert sizes(pipeline) == {"512.webp": (512, 384), "300.webp": (300, 225), "1024.webp": (1024, 768)}


@pytest.mark.parametrize(
    ("width_px", "files"),
    [
        (200, {"preview.webp": (200, 150)}),
        (400, {"300.webp": (300, 225), "preview.webp": (400, 300)}),
        (800, {"512.webp": (512, 384), "300.webp": (300, 225), "preview.webp": (800, 600)}),
    ],
)
def test_a_narrow_source_gets_what_it_can_fill(
    pipeline: Pipeline, width_px: int, files: dict[str, tuple[int, int]]
) -> None:
    made(pipeline, jpeg(width_px, width_px * 3 // 4))
    assert sizes(pipeline) == files


def test_a_stage_that_makes_all_files_makes_each_in_every_encoding(
    pipeline: Pipeline, set_stage: Callable[..., None]
) -> None:
    set_stage(RENDITIONS="full")
    clean, marked = made(pipeline, jpeg(1100, 800))
    assert clean["renditions"] == ["512", "450", "300", "256", "150"]
    assert marked["renditions"] == ["1024", "1000", "600"]
    names = [*clean["renditions"], *marked["renditions"]]
    assert set(sizes(pipeline)) == {f"{name}.{encoding}" for name in names for encoding in Encoding}
    for name, (width_px, _) in sizes(pipeline).items():
        assert name.startswith(f"{width_px}.")


@pytest.mark.parametrize("encoding", Encoding)
def test_every_file_is_served_under_its_own_type(
    pipeline: Pipeline, set_stage: Callable[..., None], encoding: Encoding
) -> None:
    set_stage(RENDITIONS="full")
    made(pipeline, jpeg(200, 150))
    (key,) = [key for key in pipeline.stores.derivatives() if key.endswith(f"/preview.{encoding}")]
    head = pipeline.stores.s3.head_object(Bucket=DERIVATIVES, Key=key)
    assert head["ContentType"] == encoding.media_type


def test_files_lie_below_the_media_key_and_the_revision_and_may_be_kept_for_ever(pipeline: Pipeline) -> None:
    image = pipeline.upload(jpeg(600, 400))
    checked = pipeline.validate(image)
    watermark.handler({"image_id": image.id, "plan": checked["plan"]}, None)
    head = pipeline.stores.s3.head_object(Bucket=DERIVATIVES, Key=f"{image.media_key}/1/preview.webp")
    assert head["ContentType"] == "image/webp"
    assert "immutable" in head["CacheControl"]


def test_twice_gives_the_same_bytes(pipeline: Pipeline) -> None:
    image = pipeline.upload(jpeg(1200, 800))
    checked = pipeline.validate(image)
    common = {"image_id": image.id, "plan": checked["plan"], "group": ["512", "300"]}
    first_answer, first = render.handler(common, None), pipeline.stores.derivatives()
    assert render.handler(common, None) == first_answer
    assert pipeline.stores.derivatives() == first


def test_a_file_whose_pixels_are_lost_is_refused_by_both_and_leaves_nothing(pipeline: Pipeline) -> None:
    body = jpeg(1600, 1200)
    clean, marked = made(pipeline, body[: len(body) * 2 // 3] + b"\xff\xd9")
    for answer in (clean, marked):
        assert (answer["ok"], [reason["code"] for reason in answer["reasons"]]) == (False, ["damaged"])
    assert pipeline.stores.derivatives() == {}


def test_a_decoder_beyond_its_limits_is_a_refusal_and_a_lost_one_a_fault(
    pipeline: Pipeline, decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = pipeline.upload(jpeg(600, 400))
    checked = pipeline.validate(image)
    common = {"image_id": image.id, "plan": checked["plan"]}

    def fail(error: Exception) -> None:
        def render(*_: object) -> None:
            raise error

        monkeypatch.setattr(decoder, "render", render)

    fail(DecoderLimitError("SIGXCPU"))
    answer = watermark.handler(common, None)
    assert (answer["ok"], answer["reasons"][0]["code"]) == (False, "decoder_limit")
    fail(DecoderLostError("SIGKILL"))
    with pytest.raises(DecoderLostError):
        watermark.handler(common, None)


def test_the_version_that_was_validated_is_the_one_that_is_shown(pipeline: Pipeline) -> None:
    image = pipeline.upload(encode(Image.new("RGB", (600, 400), "red"), "JPEG"))
    checked = pipeline.validate(image)
    pipeline.put(image.source.key, encode(Image.new("RGB", (600, 400), "blue"), "JPEG"))
    render.handler({"image_id": image.id, "plan": checked["plan"], "group": ["300"]}, None)
    body = pipeline.stores.derivatives()[f"{image.media_key}/1/300.webp"]
    colour = Image.open(io.BytesIO(body)).getpixel((10, 10))
    assert isinstance(colour, tuple)
    assert colour[0] > 200 > colour[2]


def test_no_work_is_done_for_no_names(pipeline: Pipeline) -> None:
    checked = pipeline.validate(pipeline.upload(jpeg(200, 150)))
    answer = render.handler({"image_id": checked["image_id"], "plan": checked["plan"], "group": []}, None)
    assert answer == {"ok": True, "renditions": [], "reasons": []}


def test_nothing_is_left_on_disk(pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    made(pipeline, jpeg(600, 400))
    assert list(tmp_path.iterdir()) == []


def test_no_public_file_is_written_to_the_originals(pipeline: Pipeline) -> None:
    made(pipeline, jpeg(600, 400))
    listed = pipeline.stores.s3.list_objects_v2(Bucket=bootstrap.originals().bucket)["Contents"]
    assert len(listed) == 1
