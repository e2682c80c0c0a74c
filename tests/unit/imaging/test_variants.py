"""Every variant in the catalogue of formats comes through the decoders with its colours in their places."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from lumenstock.imaging.decoder import RAW_PROGRAM, Decoder
from lumenstock.imaging.formats import Format
from lumenstock.ingest.checks import FileLimits, check_examination
from tests.photos import REAL_PHOTOS
from tests.pictures import jpeg
from tools.samples.variants import VARIANTS, Evidence, Variant

LIMITS = FileLimits(max_bytes=200_000_000, max_pixels=150_000_000)
MADE = [variant for variant in VARIANTS if variant.make]
GREY = {"grey"}


@pytest.fixture(scope="module")
def raw_decoder() -> Iterator[Decoder]:
    decoder = Decoder({}, program=RAW_PROGRAM)
    yield decoder
    decoder.close()


@pytest.mark.parametrize("variant", MADE, ids=lambda variant: f"{variant.format}-{variant.name}")
def test_a_variant_is_accepted_and_its_colours_are_where_they_were(
    raw_decoder: Decoder, tmp_path: Path, variant: Variant
) -> None:
    assert variant.make
    path = tmp_path / "original"
    path.write_bytes(variant.make(640, 480))
    found = raw_decoder.examine(path)
    assert check_examination(found, variant.format.media_type, path.stat().st_size, LIMITS) == []
    assert found.format is variant.format
    if variant.format.raw:
        path, original = tmp_path / "developed.jpg", path
        raw_decoder.develop(original, path, LIMITS.max_pixels)
    raw_decoder.render(path, ["300"], tmp_path)
    shown = Image.open(io.BytesIO((tmp_path / "300.webp").read_bytes()))
    red, green, white, blue = (
        shown.getpixel((x * shown.width // 4, y * shown.height // 4))
        for x, y in ((1, 1), (3, 1), (3, 3), (1, 3))
    )
    assert min(white) > 180  # type: ignore[arg-type]
    if variant.name not in GREY:
        for colour, channel in ((red, 0), (green, 1), (blue, 2)):
            strongest = max(range(3), key=lambda index, of=colour: of[index])  # type: ignore[misc]
            assert strongest == channel, colour


def test_every_format_has_a_line_in_the_catalogue() -> None:
    assert {variant.format for variant in VARIANTS} == set(Format)
    assert all((variant.make is None) == (variant.evidence is Evidence.NOTHING) for variant in VARIANTS)


def test_real_photos_are_accepted_and_render(raw_decoder: Decoder, tmp_path: Path) -> None:
    generated = tmp_path / "generated.jpg"
    generated.write_bytes(jpeg())
    for file in (generated, *REAL_PHOTOS):
        found = raw_decoder.examine(file)
        assert check_examination(found, "image/jpeg", file.stat().st_size, LIMITS) == [], file.name
        assert raw_decoder.render(file, ["150"], tmp_path), file.name
