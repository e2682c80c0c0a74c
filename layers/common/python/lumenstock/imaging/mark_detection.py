"""Finds the invisible mark in a picture of unknown history: scaled, cropped, mirrored, encoded anew.

The spectrum of a picture is taken once. For each size that the tiles may have, the values at their waves are
read from it: that is the sum of all tiles, without scaling a pixel. What counts of a value is its phase, as a
vote of at most 1. The key's phases are chance to a picture without mark, so its score is a sum of vectors in
random directions, given in standard deviations of such a sum: a bound that holds whatever the picture shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lumenstock.imaging.invisible_mark import (
    MAX_TILED_PX,
    TILE_PX,
    WAVES_ACROSS,
    WAVES_DOWN,
    Levels,
    MarkKey,
    Pattern,
    Pixels,
)
from lumenstock.imaging.mark_code import payload_of

# Longest side of the pixels to look at. The finest waves of a picture of 1,600 px are still whole at it.
MAX_LOOKED_AT_PX = 1024

# Longest side of what is seen, in the pixels that were marked: from little more than one tile to a whole
# picture. A step shifts the tiles at the edges by half of it, two pixels: two fifths of the shortest wave.
_SIDES_PX = range(300, MAX_TILED_PX + 4, 4)
_LEAST_SCALE, _MOST_SCALE = 0.4, 2.2

# The highest of all sizes and places is 5.5 in the median of pictures without a mark, as of 30 million trials
# of chance; 7.5 comes once in about a million pictures, and then has to pass the checksum. Marks that fail
# here have too many wrong bits to be read.
GATE = 7.5

_COARSE_GRID, _FINE_GRID = 128, 512
_AT_ONCE = 32
_CANDIDATES = 4
_MOST_ACROSS = int(WAVES_ACROSS.max())
_LOCAL_PX, _LEAST_VARIANCE = 7, 5.0


@dataclass(frozen=True, slots=True)
class Detection:
    """What was found.

    Attributes:
        score: How well the pilot fits at its best place, in standard deviations of chance.
        payload: In [0, 2^48); None where the score is below the gate or the checksum never fits.
    """

    score: float
    payload: int | None


def detect(pixels: Pixels, key: MarkKey) -> Detection:
    """Look for a mark.

    Args:
        pixels: uint8[h, w, 3], sRGB, neither side longer than :data:`MAX_LOOKED_AT_PX`.
        key: The deployment's.
    """
    surface = _surface(pixels)
    best = Detection(0.0, None)
    for candidate in _candidates(surface, key):
        found = _examine(surface if not candidate.mirrored else surface[:, ::-1], candidate, key)
        if found.payload is not None:
            return found
        best = max(best, found, key=lambda detection: detection.score)
    return best


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A size of the tiles, as the length of the picture's longer side in pixels that were marked."""

    score: float
    side_px: float
    mirrored: bool


def _surface(pixels: Pixels) -> Levels:
    """Luma without its local mean, the less of it the more there is around it.

    Divided by its deviation a flat sky would say as much as a meadow; but there the mark is a third as
    strong, and all else a tenth. Divided by the power of 1.5 scores are 5 % higher, in flat ones 10 to 19 %.
    """
    luma = pixels.astype(np.float32) @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    detail = luma - _blurred(luma)
    deviation = np.sqrt(_blurred(np.square(detail)) + _LEAST_VARIANCE)
    return np.asarray(detail / (deviation * np.sqrt(deviation)), dtype=np.float32)


def _blurred(values: Levels) -> Levels:
    """The mean over 7 × 7 px."""
    for axis in (0, 1):
        half = _LOCAL_PX // 2
        width = [(half + 1, half) if number == axis else (0, 0) for number in (0, 1)]
        sums = np.pad(values, width, mode="edge").cumsum(axis, dtype=np.float64)
        upper, lower = (
            np.take(sums, range(start, start + values.shape[axis]), axis) for start in (_LOCAL_PX, 0)
        )
        values = ((upper - lower) / _LOCAL_PX).astype(np.float32)
    return values


def _candidates(surface: Levels, key: MarkKey) -> list[_Candidate]:
    """The sizes at which the pilot fits best."""
    height, width = surface.shape
    # Twice the size, so that between two values of the spectrum no wave is lost; the middle at the origin, so
    # that a wave between two values has the phase of both.
    room = np.zeros((2 * height, 2 * width), dtype=np.float32)
    room[:height, :width] = surface
    spectrum = np.fft.rfft2(np.roll(room, (-(height // 2), -(width // 2)), (0, 1)))
    longest = max(height, width)
    sides = [side for side in _SIDES_PX if _LEAST_SCALE <= longest / side <= _MOST_SCALE]
    pilot = key.waves.pilot
    expected = np.conj(key.waves.phases[pilot])
    found = []
    for mirrored in (False, True):
        scores = np.zeros(len(sides))
        for start in range(0, len(sides), _AT_ONCE):
            turns = np.array(sides[start : start + _AT_ONCE])[:, None] / (longest * TILE_PX)  # tiles a pixel
            across = np.rint(WAVES_ACROSS[pilot] * turns * 2 * width).astype(np.int64)
            down = np.rint(WAVES_DOWN[pilot] * turns * 2 * height).astype(np.int64)
            # In a mirror across is negative; such values are the conjugates of those on the other side.
            seen = spectrum[-down, across].conj() if mirrored else spectrum[down, across]
            scores[start : start + _AT_ONCE] = _fit(_votes(seen) * expected, pilot, _COARSE_GRID).max((1, 2))
        found += [_Candidate(float(scores[n]), float(sides[n]), mirrored) for n in _peaks(scores)]
    return sorted(found, key=lambda candidate: -candidate.score)[:_CANDIDATES]


def _peaks(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Where a score is no less than its neighbours."""
    padded = np.pad(scores, 1)
    return np.flatnonzero((scores >= padded[:-2]) & (scores >= padded[2:]))


def _votes(values: NDArray[np.complexfloating]) -> Pattern:
    """Values of length 1, or less where a value is below the median: those say little."""
    sizes = np.abs(values)
    median = np.median(sizes, axis=-1, keepdims=True)
    least = np.finfo(np.float32).tiny
    return np.asarray(values / np.maximum(np.maximum(sizes, median), least), dtype=np.complex64)


def _fit(agreement: Pattern, waves: NDArray[np.int64], grid: int) -> Levels:
    """How well waves fit at each place of a tile: float32[…, grid, grid], in deviations of chance."""
    spectra = np.zeros((*agreement.shape[:-1], grid, _MOST_ACROSS + 1), dtype=np.complex64)
    spectra[..., WAVES_DOWN[waves], WAVES_ACROSS[waves]] = agreement
    # An axis at a time: across, most columns of the whole spectrum would be transformed for nothing.
    sums = np.asarray(np.fft.irfft(np.fft.ifft(spectra, axis=-2), n=grid), dtype=np.float32)
    deviation = np.sqrt(np.sum(np.abs(agreement) ** 2, axis=-1) / 2)
    sums *= np.float32(grid**2 / 2) / np.maximum(deviation, 1)[..., None, None]
    return sums


def _examine(surface: Levels, candidate: _Candidate, key: MarkKey) -> Detection:
    """Find the exact size and place near a candidate, and read the bits there."""
    pilot = key.waves.pilot
    expected = np.conj(key.waves.phases[pilot])
    best, best_seen, place = 0.0, np.zeros(len(WAVES_DOWN), dtype=np.complex64), 0
    for seen in _exactly(surface, candidate.side_px):
        fit = _fit(seen[pilot] * expected, pilot, _FINE_GRID)
        score = float(fit.max())
        if score > best:
            best, best_seen, place = score, seen, int(fit.argmax())
    if best < GATE:
        return Detection(best, None)
    down, across = divmod(place, _FINE_GRID)
    turn = (WAVES_DOWN * down + WAVES_ACROSS * across) / _FINE_GRID
    votes = np.real(best_seen * np.conj(key.waves.phases) * np.exp(2j * np.pi * turn))
    return Detection(best, payload_of(votes[key.waves.bits].sum(axis=1)))


def _exactly(surface: Levels, side_px: float) -> Iterator[Pattern]:
    """Votes of the waves of the tiles, for sizes around one; a scaled picture's sides are rounded."""
    height, width = surface.shape
    longest = max(height, width)
    rows, columns = np.arange(height) - height // 2, np.arange(width) - width // 2
    for step_across in (-2, -1, 0, 1, 2):
        turns = (side_px + step_across) / (longest * TILE_PX)
        # Real and imaginary columns beside each other: the surface need not become complex.
        lines = (surface @ _turning(columns, turns).view(np.float32)).view(np.complex64)
        for step_down in (-1, 0, 1):
            turns = (side_px + step_across + step_down) / (longest * TILE_PX)
            waves = _turning(rows, turns).T
            # Negative ones at the end, where their indices look for them.
            spectrum = np.concatenate((waves @ lines, waves[:0:-1].conj() @ lines))
            yield _votes(spectrum[WAVES_DOWN, WAVES_ACROSS])


def _turning(places: NDArray[np.int64], turns: float) -> Pattern:
    """Waves of 0, 1, … turns a tile along one side: complex64[places, waves], the complex conjugate."""
    phases = np.outer(places, np.arange(_MOST_ACROSS + 1)) * turns
    return np.asarray(np.exp(-2j * np.pi * phases), dtype=np.complex64)
