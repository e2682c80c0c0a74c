"""The invisible mark: 48 bits of identity and a checksum, spread over a whole picture below what an eye sees.

A tile of 256 px is repeated over the picture. It is a sum of waves of middle frequency, each with a phase
that only the key knows: some are the pilot, by which the detector finds size and place of the tiles; the
others are dealt out to the 256 bits of the code, and turn round where their bit is 0. So a bit lies
everywhere in the picture and in its whole spectrum, and a crop, a smaller size or a lossy encoder takes a
part of every bit, never one whole.

Source: I. Cox, J. Kilian, F. Leighton, T. Shamoon, "Secure Spread Spectrum Watermarking for Multimedia", IEEE
Transactions on Image Processing 6 (1997); M. Kutter, "Watermarking resistant to translation, rotation and
scaling", Proc. SPIE 3528 (1998) for the repeated tile.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lumenstock.imaging.mark_code import CODE_BITS, Whole, code_of

Pixels = NDArray[np.uint8]
Pattern = NDArray[np.complex64]
Levels = NDArray[np.float32]

TILE_PX = 256
# Above this size the tile grows with the picture, so that scaling it down to here finds the tile at 256 px.
MAX_TILED_PX = 1600

# Waves a tile, 20 to 50: 0.08 to 0.20 cycles a pixel. Below, the picture's own content is too strong (waves
# of 13 to 20 say a third of what others do); above, encoders and halving take them.
_LEAST_WAVES, _MOST_WAVES = 20, 50
# The pilot's share of the waves, about. A code is read from 14 deviations in all, the pilot is found from 8:
# a quarter of the energy, and a little more, since it is looked for in many places.
_PILOT_SHARE = 0.3

# Grey levels (rms) over the whole picture: 42.4 dB of PSNR.
STRENGTH = 1.9
# How it is dealt out. The eye sees less in texture and more on a flat surface, but flat ones are read best:
# five times as much in texture, instead of three, would take a sixth off the scores.
_FLAT, _TEXTURED, _DEVIATION_OF_ONE = 0.55, 1.7, 14.0
_BLOCK_PX = 8


def _half_plane() -> tuple[Whole, Whole]:
    """Waves down and across of every wave of a tile; one of each pair that differ by sign only."""
    down, across = np.mgrid[-_MOST_WAVES : _MOST_WAVES + 1, 0 : _MOST_WAVES + 1]
    square = down**2 + across**2
    inside = (square >= _LEAST_WAVES**2) & (square <= _MOST_WAVES**2) & ((across > 0) | (down > 0))
    return down[inside], across[inside]


WAVES_DOWN, WAVES_ACROSS = _half_plane()


@dataclass(frozen=True, slots=True)
class Waves:
    """What the key says of the waves.

    Attributes:
        phases: complex64[n], of length 1, in the order of :data:`WAVES_DOWN`.
        pilot: Which of them are the pilot.
        bits: int64[256, m], which of them carry each bit of the code.
    """

    phases: Pattern
    pilot: Whole
    bits: Whole


class MarkKey:
    """The secret of one deployment, without which nobody can read, forge or aim at its marks."""

    def __init__(self, secret: bytes) -> None:
        """``secret`` is any string of bytes with enough chance in it."""
        self._secret = secret

    @cached_property
    def waves(self) -> Waves:
        """Phases and shares of all waves. SHAKE-256 stays as it is; numpy's generators may change."""
        count = len(WAVES_DOWN)
        stream = hashlib.shake_256(b"lumenstock mark 2\0" + self._secret).digest(8 * count)
        numbers = np.frombuffer(stream, dtype="<u4").astype(np.float64)
        phases = np.exp(2j * np.pi * numbers[:count] / 2**32).astype(np.complex64)
        order = np.argsort(numbers[count:], kind="stable")
        a_bit = int(count * (1 - _PILOT_SHARE)) // CODE_BITS
        return Waves(phases, order[CODE_BITS * a_bit :], order[: CODE_BITS * a_bit].reshape(CODE_BITS, a_bit))

    def pattern(self, payload: int) -> Pattern:
        """The waves of one payload: complex64[n]. It marks, and tells nothing of other payloads' bits.

        Args:
            payload: In [0, 2^48).
        """
        waves = self.waves
        pattern = waves.phases.copy()
        pattern[waves.bits[~code_of(payload)]] *= -1
        return pattern


def embed(pixels: Pixels, pattern: Pattern, strength: float = STRENGTH) -> Pixels:
    """Mark a picture. All channels of a pixel change alike, so that no colour does.

    Args:
        pixels: uint8[h, w, 3], sRGB.
        pattern: Of :meth:`MarkKey.pattern`.
        strength: Change of the picture in grey levels (rms); more of it where there is texture.

    Returns:
        uint8[h, w, 3].
    """
    height, width = pixels.shape[:2]
    side = tile_side(width, height)
    tile = _tile(pattern, side)
    tile /= np.sqrt(np.mean(np.square(tile[:height, :width])))  # a picture may be smaller than one tile
    amplitude = _amplitude(pixels[:, :, 1], strength)
    # Rows of three values a pixel, eight at a time: what is worked on stays in the cache.
    across = np.tile(np.repeat(tile, 3, axis=1), (1, -(-width // side)))[:, : 3 * width]
    if min(height, width) < side:  # waves that find no room meet what can bear more, or less, by chance
        down = np.arange(height)
        borne = np.repeat(amplitude[down // _BLOCK_PX], 3 * _BLOCK_PX, axis=1)[:, : 3 * width]
        amplitude *= strength / np.sqrt(np.mean(np.square(across[down % side] * borne)))
    marked = np.empty((height, 3 * width), dtype=np.uint8)
    plain = np.ascontiguousarray(pixels).reshape(height, 3 * width)
    for top in range(0, height, _BLOCK_PX):
        rows = slice(top, min(top + _BLOCK_PX, height))
        weight = np.repeat(amplitude[top // _BLOCK_PX], 3 * _BLOCK_PX)[: 3 * width]
        changed = np.rint(across[np.arange(rows.start, rows.stop) % side] * weight)
        changed += plain[rows]
        marked[rows] = np.clip(changed, 0, 255, out=changed)
    return marked.reshape(height, width, 3)


def tile_side(width_px: int, height_px: int) -> int:
    """Side in pixels of the tiles of a picture of this size."""
    return round(TILE_PX * max(1.0, max(width_px, height_px) / MAX_TILED_PX))


def _tile(pattern: Pattern, side: int) -> Levels:
    """One tile, float32[side, side]."""
    spectrum = np.zeros((side, side // 2 + 1), dtype=np.complex64)
    spectrum[WAVES_DOWN, WAVES_ACROSS] = pattern
    return np.asarray(np.fft.irfft2(spectrum, s=(side, side)), dtype=np.float32)


def _amplitude(channel: Pixels, strength: float) -> Levels:
    """How much each block of 8 px can bear, by the deviation of green in it: it has most of the luma."""
    height, width = channel.shape
    down, across = -(-height // _BLOCK_PX), -(-width // _BLOCK_PX)
    room = ((0, down * _BLOCK_PX - height), (0, across * _BLOCK_PX - width))
    blocks = np.pad(channel, room, mode="edge").reshape(down, _BLOCK_PX, across, _BLOCK_PX)
    rows = blocks.astype(np.float32)
    mean = rows.mean(axis=1).mean(axis=2)
    square = np.square(rows, out=rows).mean(axis=1).mean(axis=2)
    deviation = np.sqrt(np.maximum(square - mean**2, 0))
    amplitude = np.clip(_FLAT + deviation / _DEVIATION_OF_ONE, _FLAT, _TEXTURED)
    return np.asarray(amplitude * (strength / np.sqrt(np.mean(amplitude**2))), dtype=np.float32)
