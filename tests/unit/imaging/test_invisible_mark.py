from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from lumenstock.imaging.invisible_mark import MarkKey, embed, tile_side
from lumenstock.imaging.mark_detection import GATE, detect
from tests.pictures import photo

KEY = MarkKey(b"a key of this test")
PAYLOAD = 0xABCDEF012345


def pixels(seed: int = 0, width_px: int = 640, height_px: int = 480) -> np.ndarray:
    return np.asarray(photo(width_px, height_px, seed))


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.mean((one.astype(float) - other) ** 2)))


def test_a_payload_of_more_than_48_bits_is_refused() -> None:
    with pytest.raises(OverflowError):
        KEY.pattern(2**48)


def test_the_same_secret_gives_the_same_waves_for_ever() -> None:
    waves = MarkKey(b"fixed").waves
    assert (waves.pilot.size, waves.bits.shape) == (996, (256, 9))
    assert waves.bits[0, :4].tolist() == [2365, 2461, 2408, 1295]
    assert np.angle(waves.phases[:3]) == pytest.approx([1.6991, -0.5314, 2.8835], abs=1e-4)


def test_every_wave_is_the_pilots_or_one_bits() -> None:
    waves = KEY.waves
    dealt = np.concatenate([waves.pilot, waves.bits.ravel()])
    assert sorted(dealt) == list(range(len(waves.phases)))


@pytest.mark.parametrize(
    ("width_px", "height_px"),
    [(640, 480), (1999, 401), (300, 301), (600, 17), (333, 17), (17, 600), (2000, 9), (16, 16), (1, 300)],
)
def test_a_mark_costs_no_more_than_it_may_at_any_size(width_px: int, height_px: int) -> None:
    plain = pixels(1, width_px, height_px)
    marked = embed(plain, KEY.pattern(PAYLOAD))
    assert marked.shape == plain.shape
    assert 42 <= psnr(plain, marked) < 43.5


def test_black_and_white_take_a_mark_without_turning_over() -> None:
    for shade in (0, 255):
        plain = np.full((300, 300, 3), shade, dtype=np.uint8)
        marked = embed(plain, KEY.pattern(PAYLOAD)).astype(int)
        assert 0 < np.abs(marked - shade).max() < 20


def test_no_colour_changes() -> None:
    plain = pixels().clip(20, 235)
    change = embed(plain, KEY.pattern(PAYLOAD)).astype(int) - plain
    assert (change[:, :, 0] == change[:, :, 1]).all()
    assert (change[:, :, 0] == change[:, :, 2]).all()


def test_texture_takes_more_than_a_flat_surface() -> None:
    plain = np.full((512, 512, 3), 128, dtype=np.uint8)
    plain[:, 256:] += np.random.default_rng(0).integers(0, 60, (512, 256, 1), dtype=np.uint8)
    change = np.abs(embed(plain, KEY.pattern(PAYLOAD)).astype(int) - plain)
    assert change[:, 260:].mean() > 2 * change[:, :250].mean()


def test_what_was_marked_is_read() -> None:
    found = detect(embed(pixels(), KEY.pattern(PAYLOAD)), KEY)
    assert found.payload == PAYLOAD
    assert found.score > GATE


def test_the_key_of_another_deployment_reads_nothing() -> None:
    found = detect(embed(pixels(), KEY.pattern(PAYLOAD)), MarkKey(b"another"))
    assert (found.payload, found.score < GATE) == (None, True)


@pytest.mark.parametrize(("width_px", "height_px"), [(16, 16), (1, 300), (299, 5), (1024, 16)])
def test_a_picture_too_small_for_a_mark_has_none(width_px: int, height_px: int) -> None:
    assert detect(pixels(2, width_px, height_px), KEY).payload is None


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_an_empty_picture_has_no_mark(shade: int) -> None:
    assert detect(np.full((400, 600, 3), shade, dtype=np.uint8), KEY).payload is None


def test_a_large_copy_is_read_from_its_small_version() -> None:
    """A licensed copy is far larger than what the detector looks at, so its tiles are larger, too."""
    assert tile_side(1600, 900) == 256
    assert tile_side(2400, 3200) == 512
    marked = embed(pixels(3, 3200, 2400), KEY.pattern(PAYLOAD))
    buffer = io.BytesIO()
    Image.fromarray(marked).save(buffer, "JPEG", quality=90)
    small = Image.open(buffer).resize((1024, 768), Image.Resampling.LANCZOS)
    assert detect(np.asarray(small), KEY).payload == PAYLOAD
