"""The closed set of public files of an image, and which of them are made when a picture comes in.

A rendition is a picture in one width; each can be had in every encoding. What is not made at once is made
when it is first asked for, and nothing outside this set ever is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

# A tower of 1:30 would be 15,360 px high at 512 px wide (WebP ends at 16,383): it becomes narrower instead.
MAX_HEIGHT_PX = 4096

MARKED_FROM_PX = 600  # wide enough to be used instead of a licence
PREVIEW, PREVIEW_BELOW_PX = "preview", 1024


class Encoding(StrEnum):
    """How a public file is encoded; the value is the ending of its name."""

    AVIF = "avif"
    WEBP = "webp"
    JPEG = "jpg"

    @property
    def media_type(self) -> str:
        """Such as ``image/jpeg``."""
        return f"image/{self.name.lower()}"


# ssimulacra2 of photos at 1024 px: about 80, hard to tell from the source, for the clean files; about 70 for
# the marked ones, which are for choosing and 40 % smaller. One number means another quality in each encoder.
_QUALITY = {Encoding.AVIF: (68, 60), Encoding.WEBP: (82, 65), Encoding.JPEG: (82, 65)}


@dataclass(frozen=True, slots=True)
class Rendition:
    """One picture that is shown.

    Attributes:
        name: Of the closed set; its width in pixels, or ``preview``.
        width_px: Largest width; the picture is never enlarged to reach it.
    """

    name: str
    width_px: int

    @property
    def marked(self) -> bool:
        """Whether it carries the marks."""
        return self.width_px >= MARKED_FROM_PX

    def quality(self, encoding: Encoding) -> int:
        """The encoder's quality, 0 to 100."""
        clean, marked = _QUALITY[encoding]
        return marked if self.marked else clean

    def fits(self, source_px: int) -> bool:
        """Whether a source of this width has it: none is enlarged, and only a narrow one needs a preview."""
        if self.name == PREVIEW:
            return source_px < PREVIEW_BELOW_PX
        return self.width_px <= source_px


_WIDTHS_PX = (1600, 1200, 1024, 1000, 600, 512, 450, 300, 256, 150)
RENDITIONS = {
    **{str(width): Rendition(str(width), width) for width in _WIDTHS_PX},
    PREVIEW: Rendition(PREVIEW, PREVIEW_BELOW_PX),
}


@dataclass(frozen=True, slots=True)
class EagerSet:
    """What is made of every picture that comes in.

    Attributes:
        names: Renditions, widest first.
        encodings: Each is made in all of these; WebP is one of them, because the embed worker reads it.
    """

    names: tuple[str, ...]
    encodings: tuple[Encoding, ...]

    def clean(self, source_px: int) -> tuple[str, ...]:
        """The clean files of a source that is shown ``source_px`` wide, widest first."""
        return self._fitting(source_px, marked=False)

    def marked(self, source_px: int) -> tuple[str, ...]:
        """The marked files of such a source; there is always one."""
        return self._fitting(source_px, marked=True)

    def _fitting(self, source_px: int, *, marked: bool) -> tuple[str, ...]:
        chosen = (RENDITIONS[name] for name in self.names)
        return tuple(rend.name for rend in chosen if rend.marked is marked and rend.fits(source_px))


# A PUT costs more than making a small file, so `lean` makes what a page of results and an image's page show.
EAGER = {
    "lean": EagerSet(("1024", PREVIEW, "512", "300"), (Encoding.WEBP,)),
    "full": EagerSet(tuple(RENDITIONS), tuple(Encoding)),
}
