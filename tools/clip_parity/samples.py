"""Texts and pictures that both sides are asked about."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TEXTS = (
    "a photo of the red car",
    "A Photo Of The RED Car",
    "night",
    "",
    " ",
    "sunset over the ocean",
    "snowy  mountains\tat\nnight ",
    "people in the street, at night!",
    "it's we'll they've I'm can't",
    "price: $12,345.67 (50% off)",
    "2026-11-21T17:40:00Z",
    "e-mail me@example.org / https://example.org/?q=a&b=c",
    "Ærøskøbing naïve café Straße İstanbul",
    "cafe\u0301 and caf\u00e9",
    "北京 東京 서울 กรุงเทพ नमस्ते",
    "שלום مرحبا",
    "🚗🏔️👩‍👩‍👧 emoji",
    "tabs\u00a0and\u2003spaces\u200b",
    "&lt;b&gt; &amp;amp; <i>",
    "snake_case CamelCase kebab-case",
    "!!! ??? ... --- ***",
    "null\u0000byte",
    "one two three four five six seven eight nine ten eleven twelve",
    "a" * 200,
    "word " * 200,
    "<|endoftext|> in the middle",
)
# Height and width in pixels: below and above the tower's square, by much and by one; odd, lean.
SIZES_PX = ((56, 56), (57, 55), (75, 131), (300, 225), (225, 300), (20, 30), (56, 200), (341, 512), (500, 57))


def pictures() -> list[NDArray[np.uint8]]:
    """Pictures of noise over a slope: every pixel counts, and none of its neighbours tells it."""
    random = np.random.default_rng(5)
    made = []
    for height_px, width_px in SIZES_PX:
        slope = np.linspace(0, 155, width_px)[None, :, None]
        noise = random.integers(0, 100, (height_px, width_px, 3))
        made.append((slope + noise).astype(np.uint8))
    return made
