"""The dominant colours of a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

COLOURS = 5
_SAMPLES = 4096
_ROUNDS = 12
_SAME = 8.0  # CIE76 distance below which two colours are one to the eye of a person who filters by colour

# Source: IEC 61966-2-1 (sRGB to XYZ under D65, here divided by the white point) and CIE 15 (L*a*b*).
_RGB_TO_XYZ = np.array(
    [
        [0.4124564 / 0.95047, 0.3575761 / 0.95047, 0.1804375 / 0.95047],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339 / 1.08883, 0.1191920 / 1.08883, 0.9503041 / 1.08883],
    ]
)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DominantColour:
    """One colour as ``#RRGGBB``, and its share of the picture in (0, 1]."""

    hex: str
    share: float


def dominant_colours(pixels: NDArray[np.uint8]) -> tuple[DominantColour, ...]:
    """The colours that a picture is made of, largest share first.

    k-means in L*a*b*, started from colours that lie as far apart as possible, so that the same pixels
    always give the same answer. Colours that the eye can hardly tell apart are merged.

    Args:
        pixels: uint8[h, w, 3], sRGB.

    Returns:
        One to five colours, each at least one pixel of the sample; the shares sum to 1.
    """
    flat = pixels.reshape(-1, 3)
    sample: Floats = flat[:: max(1, len(flat) // _SAMPLES)].astype(np.float64)
    lab = to_lab(sample)
    centres = _far_apart(lab)
    for _ in range(_ROUNDS):
        owner = _distances(lab, centres).argmin(1)
        centres = _means(lab, owner, centres)
    owner = _merged(centres)[_distances(lab, centres).argmin(1)]
    counts = np.bincount(owner, minlength=len(centres))
    ordered = [k for k in np.argsort(-counts, kind="stable") if counts[k]]
    return tuple(
        DominantColour(_hex(sample[owner == k].mean(0)), round(float(counts[k] / len(sample)), 4))
        for k in ordered
    )


def to_lab(colours: Floats) -> Floats:
    """Convert sRGB from 0 to 255, float[n, 3], to CIE L*a*b* under D65: L in [0, 100], a and b about ±128."""
    channels = colours / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 - IEC
    xyz = linear @ _RGB_TO_XYZ.T
    root = np.where(xyz > 216 / 24389, np.cbrt(xyz), xyz * (841 / 108) + 4 / 29)
    return np.stack(
        [
            116 * root[:, 1] - 16,
            500 * (root[:, 0] - root[:, 1]),
            200 * (root[:, 1] - root[:, 2]),
        ],
        axis=1,
    )


def _far_apart(lab: Floats) -> Floats:
    """Up to five of the points: the one nearest to the mean, then always the farthest from all before."""
    chosen = [int(_distances(lab, lab.mean(0)[None]).argmin())]
    distance = _distances(lab, lab[chosen])[:, 0]
    while len(chosen) < COLOURS and distance.max() > _SAME**2:
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, _distances(lab, lab[chosen[-1:]])[:, 0])
    return lab[chosen]


def _distances(lab: Floats, centres: Floats) -> Floats:
    """Squared CIE76 distances, float[n, k]; channel by channel is 5 times faster than over the last axis."""
    squares: Floats = np.square(lab[:, :1] - centres[:, 0])
    for channel in (1, 2):
        squares += np.square(lab[:, channel, None] - centres[:, channel])
    return squares


def _means(lab: Floats, owner: NDArray[np.intp], centres: Floats) -> Floats:
    """The mean of each centre's points; a centre without any stays."""
    counts = np.bincount(owner, minlength=len(centres))
    sums = [np.bincount(owner, lab[:, channel], len(centres)) for channel in range(3)]
    return np.where(counts[:, None] > 0, np.stack(sums, 1) / np.maximum(counts, 1)[:, None], centres)


def _merged(centres: Floats) -> NDArray[np.intp]:
    """For each centre the first one that looks the same."""
    first: NDArray[np.intp] = (_distances(centres, centres) < _SAME**2).argmax(1)
    return first


def _hex(colour: Floats) -> str:
    red, green, blue = (round(float(channel)) for channel in colour)
    return f"#{red:02X}{green:02X}{blue:02X}"
