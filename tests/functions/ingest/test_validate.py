from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from lumenstock import bootstrap
from lumenstock.adapters.aws.objects import OpenedObject
from lumenstock.catalog.states import Status
from lumenstock.ingest.failure import failed
from lumenstock.kernel.errors import NotFoundError
from lumenstock.kernel.ids import ImageId
from tests.conftest import ORIGINALS
from tests.functions.ingest.conftest import T0, Pipeline
from tests.hostile import HOSTILE as HOSTILE_FILES
from tests.pictures import (
    encode,
    flat_png,
    jpeg,
    photo,
    png_chunk,
    quadrants,
    with_flipped_byte,
    with_stated_size,
)

OTHER = "01HZY0000000000000000000B2"


def codes(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    return sorted(reason["code"] for reason in answer["reasons"])


def test_a_photo_is_taken_and_its_version_noted(pipeline: Pipeline) -> None:
    image = pipeline.upload(jpeg(2000, 1500))
    answer = pipeline.validate(image)
    row = pipeline.row(image)
    stored = pipeline.stores.s3.head_object(Bucket=ORIGINALS, Key=image.source.key)
    assert (answer["ok"], answer["reasons"]) == (True, [])
    assert answer["plan"]["groups"] == [["512", "300"]]
    assert answer["plan"]["marked"] == ["1024"]
    assert (row.status, row.source.version_id) == (Status.PROCESSING, stored["VersionId"])
    assert (row.source.etag, row.source.size_bytes) == (stored["ETag"].strip('"'), stored["ContentLength"])


def motion_photo() -> bytes:
    return jpeg() + b"\0\0\0\x18ftypmp42" + bytes([7]) * 100_000


def zipped_tail() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("evil.js", b"alert(1)" * 20_000)
    return jpeg() + buffer.getvalue()


HOSTILE = {
    "nothing": (b"", ["empty_file"]),
    "one byte": (b"\xff", ["not_an_image"]),
    "a program": (b"MZ" + bytes(range(256)) * 20, ["not_an_image"]),
    "html": (b"<html><script>alert(1)</script></html>", ["not_an_image"]),
    "svg as jpg": (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="50000" height="50000"/>',
        ["svg"],
    ),
    "gif": (encode(photo(100, 80), "GIF"), ["unsupported_format"]),
    "png as jpg": (encode(photo(300, 200), "PNG"), ["type_mismatch"]),
    "header cut": (jpeg()[:300], ["truncated"]),
    "end cut": (jpeg()[:-1000], ["truncated"]),
    "too small": (encode(photo(15, 400), "JPEG"), ["too_small"]),
    "lying header": (with_stated_size(jpeg(), 65_500, 65_500), ["suspicious_compression", "too_many_pixels"]),
    "film behind it": (motion_photo(), ["trailing_data"]),
    "zip behind it": (zipped_tail(), ["polyglot_zip"]),
}
HOSTILE_PNG = {
    "bomb": (flat_png(20_000, 10_000), ["compression_bomb", "too_many_pixels"]),
    "interlaced bomb": (flat_png(8000, 8000, interlaced=True), ["compression_bomb", "too_many_pixels"]),
    "broken checksum": (with_flipped_byte(flat_png(400, 300), 29), ["checksum_mismatch"]),
    "absurd size": (
        flat_png(40, 40).replace(
            flat_png(40, 40)[8:33], png_chunk(b"IHDR", b"\x7f\xff\xff\xff" * 2 + b"\x08\x02\0\0\0")
        ),
        ["unreadable_header"],
    ),
    "animation": (
        encode(photo(300, 200), "PNG", save_all=True, append_images=[photo(300, 200, 2)]),
        ["animated"],
    ),
}


@pytest.mark.parametrize(("body", "found"), HOSTILE.values(), ids=HOSTILE.keys())
def test_what_claims_to_be_a_jpeg_is_refused_with_all_reasons(
    pipeline: Pipeline, body: bytes, found: list[str]
) -> None:
    answer = pipeline.validate(pipeline.upload(body))
    assert (answer["ok"], codes(answer), answer["plan"]) == (False, found, None)


@pytest.mark.parametrize(("body", "found"), HOSTILE_PNG.values(), ids=HOSTILE_PNG.keys())
def test_what_claims_to_be_a_png_is_refused_with_all_reasons(
    pipeline: Pipeline, body: bytes, found: list[str]
) -> None:
    answer = pipeline.validate(pipeline.upload(body, content_type="image/png"))
    assert (answer["ok"], codes(answer)) == (False, found)


@pytest.mark.parametrize(("body", "declared", "code"), HOSTILE_FILES.values(), ids=HOSTILE_FILES.keys())
def test_each_hostile_file_is_refused_with_a_code_of_its_own(
    pipeline: Pipeline, body: bytes, declared: str, code: str
) -> None:
    answer = pipeline.validate(pipeline.upload(body, content_type=declared))
    assert not answer["ok"]
    assert code in codes(answer)


def test_no_two_hostile_files_of_different_kinds_share_their_code() -> None:
    own = [
        code for name, (_, _, code) in HOSTILE_FILES.items() if name not in {"PNG text bomb", "SVG in a JPEG"}
    ]
    assert len(set(own)) == len(own)


def test_all_that_is_wrong_is_said_at_once(pipeline: Pipeline) -> None:
    body = encode(photo(15, 12), "PNG") + bytes([7]) * 70_000
    assert codes(pipeline.validate(pipeline.upload(body))) == ["too_small", "trailing_data", "type_mismatch"]


def test_a_multi_picture_jpeg_is_taken(pipeline: Pipeline) -> None:
    body = encode(photo(900, 600), "MPO", save_all=True, append_images=[photo(900, 600, 2)], quality=95)
    assert pipeline.validate(pipeline.upload(body))["ok"]


def test_a_file_beyond_the_stages_size_is_not_even_read(
    pipeline: Pipeline, set_stage: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = pipeline.upload(jpeg())
    set_stage(UPLOAD_MAX_BYTES="1000")  # type: ignore[operator]
    monkeypatch.setattr(OpenedObject, "save", None)
    assert codes(pipeline.validate(image)) == ["too_large"]


def test_the_same_bytes_again_are_a_duplicate_and_only_their_owner_learns_of_what(pipeline: Pipeline) -> None:
    body = jpeg()
    first = pipeline.upload(body)
    assert pipeline.validate(first)["ok"]
    own = pipeline.validate(pipeline.upload(body, "01HZY0000000000000000000A2"))
    foreign = pipeline.validate(pipeline.upload(body, OTHER, owner="bob"))
    assert codes(own) == codes(foreign) == ["exact_duplicate"]
    assert first.id in own["reasons"][0]["text"]
    assert first.id not in foreign["reasons"][0]["text"]


def test_a_refused_file_holds_no_claim_on_its_bytes(pipeline: Pipeline) -> None:
    body = jpeg()
    first = pipeline.upload(body)
    pipeline.validate(first)
    bootstrap.catalog().update(first.id, lambda present: present.moved(Status.REJECTED, T0))
    assert pipeline.validate(pipeline.upload(body, OTHER, owner="bob"))["ok"]


def test_twice_is_once(pipeline: Pipeline) -> None:
    image = pipeline.upload(jpeg())
    first, version = pipeline.validate(image), pipeline.row(image).version
    assert pipeline.validate(image) == first
    assert pipeline.row(image).version == version


def test_a_later_version_of_the_object_changes_nothing(pipeline: Pipeline) -> None:
    image = pipeline.upload(quadrants_jpeg := encode(quadrants(600, 400), "JPEG"))
    first = pipeline.validate(image)
    pipeline.put(image.source.key, jpeg(seed=9))
    assert pipeline.validate(image) == first
    assert pipeline.row(image).source.size_bytes == len(quadrants_jpeg)


@pytest.mark.parametrize(
    "status",
    [Status.APPROVED, Status.PENDING_REVIEW, Status.REJECTED, Status.PROCESSING_FAILED, Status.DELETED],
)
def test_an_event_that_comes_after_the_end_finds_nothing_to_do(pipeline: Pipeline, status: Status) -> None:
    image = pipeline.upload(jpeg())
    moved = bootstrap.catalog().update(
        image.id, lambda present: present.moved(Status.PROCESSING, T0).moved(status, T0)
    )
    answer = pipeline.validate(image)
    assert (answer["ok"], answer["reasons"]) == (False, [])
    assert pipeline.row(image) == moved


def test_an_object_without_a_row_is_nothing_to_do(pipeline: Pipeline) -> None:
    stray = replace(pipeline.upload(jpeg()), id=ImageId("01HZY0000000000000000000ZZ"))
    answer = pipeline.validate(stray)
    assert (answer["ok"], answer["reasons"]) == (False, [])


def test_a_key_that_is_not_the_rows_is_nothing_to_do(pipeline: Pipeline) -> None:
    image = pipeline.upload(jpeg())
    foreign = replace(image, source=replace(image.source, key=image.source.key.replace("ann", "eve")))
    pipeline.put(foreign.source.key, jpeg(seed=3))
    assert not pipeline.validate(foreign)["ok"]
    assert pipeline.row(image).status is Status.UPLOADING


def test_an_event_without_its_object_leaves_the_row_to_the_sweeper(pipeline: Pipeline) -> None:
    image = pipeline.upload(None)
    answer = pipeline.validate(image)
    assert (answer["ok"], answer["reasons"]) == (False, [])
    assert pipeline.row(image).status is Status.UPLOADING


def test_an_original_that_is_gone_while_it_is_processed_is_a_fault(pipeline: Pipeline) -> None:
    image = pipeline.upload(jpeg())
    noted = pipeline.validate(image)["plan"]["version_id"]
    pipeline.stores.s3.delete_object(Bucket=ORIGINALS, Key=image.source.key, VersionId=noted)
    with pytest.raises(NotFoundError):
        pipeline.validate(image)


def test_a_retry_after_a_failure_before_the_first_look_notes_the_version(pipeline: Pipeline) -> None:
    image = pipeline.upload(jpeg())
    catalog = bootstrap.catalog()
    catalog.update(image.id, lambda present: failed(present, T0))
    catalog.update(image.id, lambda present: present.moved(Status.PROCESSING, T0, reasons=()))
    assert pipeline.validate(image)["ok"]
    assert pipeline.row(image).source.etag is not None


def test_a_row_that_moves_on_while_we_look_is_left_alone(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = pipeline.upload(jpeg())
    originals, opened = bootstrap.originals(), bootstrap.originals().opened

    @contextmanager
    def overtaken(key: str, version_id: str | None = None) -> Iterator[OpenedObject]:
        with opened(key, version_id) as found:
            bootstrap.catalog().update(image.id, lambda present: present.moved(Status.DELETED, T0))
            yield found

    monkeypatch.setattr(originals, "opened", overtaken)
    answer = pipeline.validate(image)
    assert (answer["ok"], answer["reasons"]) == (False, [])
    assert pipeline.row(image).status is Status.DELETED


def test_of_two_versions_that_are_looked_at_at_once_the_one_that_was_noted_first_stays(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = pipeline.upload(jpeg())
    originals, opened = bootstrap.originals(), bootstrap.originals().opened

    @contextmanager
    def overtaken(key: str, _: str | None = None) -> Iterator[OpenedObject]:
        monkeypatch.setattr(originals, "opened", opened)
        assert pipeline.validate(image)["ok"]
        pipeline.put(key, jpeg(seed=9))
        with opened(key) as found:
            yield found

    monkeypatch.setattr(originals, "opened", overtaken)
    noted = pipeline.stores.s3.head_object(Bucket=ORIGINALS, Key=image.source.key)["VersionId"]
    answer = pipeline.validate(image)
    assert (answer["ok"], answer["reasons"]) == (False, [])
    assert pipeline.row(image).source.version_id == noted
