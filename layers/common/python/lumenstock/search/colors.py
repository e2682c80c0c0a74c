"""Colour buckets: every colour belongs to the nearest of 24 named ones, at indexing and in a query alike.

So two engines match a colour exactly, and a facet has names that a page can paint.
"""

from __future__ import annotations

import re
from functools import lru_cache

# The basic colour terms, the shades between them that photographs are full of, and neutrals in steps.
BUCKETS: dict[str, str] = {
    "#000000": "black",
    "#404040": "charcoal",
    "#808080": "grey",
    "#C0C0C0": "silver",
    "#FFFFFF": "white",
    "#F5E6C8": "cream",
    "#D2B48C": "tan",
    "#8B5A2B": "brown",
    "#4A2C17": "dark brown",
    "#800000": "maroon",
    "#E02020": "red",
    "#FF7F6A": "coral",
    "#FFA500": "orange",
    "#FFE135": "yellow",
    "#808000": "olive",
    "#7FD13B": "lime",
    "#228B22": "green",
    "#0B4F2E": "dark green",
    "#20B2AA": "teal",
    "#87CEEB": "sky blue",
    "#1E6FE0": "blue",
    "#10206B": "navy",
    "#7B2FBE": "purple",
    "#FF8FC7": "pink",
}

# What a person may write: ``#FFA500``, ``FFA500`` or ``orange``.
COLOR_PATTERN = rf"^(#?[0-9A-Fa-f]{{6}}|{'|'.join(BUCKETS.values())})$"

Lab = tuple[float, float, float]

_D65 = (0.95047, 1.0, 1.08883)
_SRGB_TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)


@lru_cache(maxsize=4096)
def to_lab(color: str) -> Lab:
    """``#RRGGBB`` (sRGB) in CIE L*a*b* under D65: L in [0, 100], a and b about ±128.

    Source: IEC 61966-2-1 for the curve and the matrix, CIE 15 for L*a*b*.
    """
    digits = color.removeprefix("#")
    linear = [_linear(int(digits[at : at + 2], 16) / 255) for at in (0, 2, 4)]
    x, y, z = (
        _cube_root(sum(weight * channel for weight, channel in zip(row, linear, strict=True)) / white)
        for row, white in zip(_SRGB_TO_XYZ, _D65, strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@lru_cache(maxsize=4096)
def bucket_of(color: str) -> str:
    """The hex name of the bucket that ``#RRGGBB`` belongs to: the nearest by distance in L*a*b*."""
    lab = to_lab(color)
    return min(BUCKETS, key=lambda bucket: (_distance(lab, to_lab(bucket)), bucket))


def bucket_named(color: str) -> str:
    """The bucket that a person means by a text of :data:`COLOR_PATTERN`.

    Raises:
        ValueError: It is none.
    """
    if not re.fullmatch(COLOR_PATTERN, color):
        message = f"{color!r} is neither RRGGBB in hex nor the name of a colour."
        raise ValueError(message)
    named = next((bucket for bucket, name in BUCKETS.items() if name == color), None)
    return named or bucket_of(f"#{color.removeprefix('#')}")


def _distance(one: Lab, other: Lab) -> float:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - IEC


def _cube_root(ratio: float) -> float:
    # The straight part near black is CIE 15's own.
    return ratio ** (1 / 3) if ratio > 216 / 24389 else (841 / 108) * ratio + 4 / 29
