"""The closed set of public files of an image, and which of them a picture gets."""

from __future__ import annotations

from dataclasses import dataclass

# Encoder settings, from ssimulacra2 against CPU on photos at 1024 px: effort 2 is where WebP's curve bends
# (46 ms; effort 4 saves 8 % of the bytes for twice the time). Q 82 scores 80, hard to tell from the source;
# Q 65 scores 70: the marked ones are for choosing, and 40 % smaller.
WEBP_EFFORT = 2
_Q_CLEAN, _Q_MARKED = 82, 65

# A tower of 1:30 would be 15,360 px high at 512 px wide (WebP ends at 16,383): it becomes narrower instead.
MAX_HEIGHT_PX = 4096

CLEAN_WIDTHS_PX = (512, 300)
MARKED_WIDTH_PX = 1024
PREVIEW = "preview"


@dataclass(frozen=True, slots=True)
class Rendition:
    """One public file.

    Attributes:
        name: Of the closed set; its width in pixels, or ``preview``.
        width_px: Largest width; the picture is never enlarged to reach it.
        marked: Whether it carries the visible mark.
    """

    name: str
    width_px: int
    marked: bool

    @property
    def quality(self) -> int:
        """WebP quality, 0 to 100."""
        return _Q_MARKED if self.marked else _Q_CLEAN


RENDITIONS = {
    rendition.name: rendition
    for rendition in (
        *(Rendition(name=str(width), width_px=width, marked=False) for width in CLEAN_WIDTHS_PX),
        Rendition(name=str(MARKED_WIDTH_PX), width_px=MARKED_WIDTH_PX, marked=True),
        Rendition(name=PREVIEW, width_px=MARKED_WIDTH_PX, marked=True),
    )
}


def clean_names(width_px: int) -> tuple[str, ...]:
    """The clean files of a source that is shown ``width_px`` wide, widest first; none is enlarged."""
    return tuple(str(width) for width in CLEAN_WIDTHS_PX if width <= width_px)


def marked_names(width_px: int) -> tuple[str, ...]:
    """The marked file of such a source: ``1024``, or for a narrower one ``preview`` at its own width."""
    return (str(MARKED_WIDTH_PX),) if width_px >= MARKED_WIDTH_PX else (PREVIEW,)
