"""Draws the visible mark: a seamless RGBA tile, shipped as ``lumenstock/imaging/mark.png``.

Drawn here, once, because a Lambda has no fonts, and libvips draws empty boxes without saying so. The font is
the one that Pillow carries. Run: ``python -m tools.mark_tile``.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

TARGET = Path(__file__).parents[1] / "layers/common/python/lumenstock/imaging/mark.png"

_TEXT = "LUMENSTOCK"
_SIZE_PX = (360, 240)
_FONT_PX = 30
_ANGLE_DEG = 25
# White letters with a dark rim: one of the two shows on any ground. Opacities out of 255.
_LETTER = (255, 255, 255, 120)
_RIM = (0, 0, 0, 80)
_RIM_PX = 1


def draw_tile() -> Image.Image:
    """Two slanted words, staggered; what leaves the tile on one side comes back on the other."""
    tile = Image.new("RGBA", _SIZE_PX)
    word = _draw_word()
    width, height = _SIZE_PX
    for centre_x, centre_y in ((width // 4, height // 4), (3 * width // 4, 3 * height // 4)):
        left, top = centre_x - word.width // 2, centre_y - word.height // 2
        for shift_x in (-width, 0, width):
            for shift_y in (-height, 0, height):
                tile.alpha_composite(_placed(word, left + shift_x, top + shift_y))
    return tile


def _draw_word() -> Image.Image:
    font = ImageFont.load_default(_FONT_PX)
    left, top, right, bottom = font.getbbox(_TEXT, stroke_width=_RIM_PX)
    word = Image.new("RGBA", (int(right - left) + 4, int(bottom - top) + 4))
    ImageDraw.Draw(word).text(
        (2 - left, 2 - top), _TEXT, font=font, fill=_LETTER, stroke_width=_RIM_PX, stroke_fill=_RIM
    )
    return word.rotate(_ANGLE_DEG, resample=Image.Resampling.BICUBIC, expand=True)


def _placed(word: Image.Image, left: int, top: int) -> Image.Image:
    """``word`` alone on a tile; what lies outside is cut off."""
    layer = Image.new("RGBA", _SIZE_PX)
    layer.paste(word, (left, top))
    return layer


if __name__ == "__main__":
    draw_tile().save(TARGET, optimize=True)
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")
