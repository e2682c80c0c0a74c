"""What a picture's header says."""

from __future__ import annotations

from dataclasses import dataclass

from lumenstock.imaging.formats import Format

MAX_SIDE_PX = 30_000
MAX_STATED_PX = 100_000  # what states more is not even opened; in between, the reason can name the size

_BUFFERED = frozenset({Format.WEBP, Format.AVIF})


@dataclass(frozen=True, slots=True)
class Header:
    """What a picture's header says; nothing is decoded yet, so it may be a lie.

    Attributes:
        format: By the decoder that takes the file; None for one that is none of ours.
        width_px: Width as shown, after EXIF rotation. So is ``height_px``.
        pixel_bytes: Bytes of one pixel once decoded.
        interlaced: Sent coarse to fine (progressive JPEG, Adam7 PNG).
    """

    format: Format | None
    width_px: int
    height_px: int
    pixel_bytes: int
    interlaced: bool

    @property
    def pixels(self) -> int:
        """Number of pixels of the first page."""
        return self.width_px * self.height_px

    @property
    def decodes_whole(self) -> bool:
        """Whether the decoder must hold the whole picture in memory; others stream it line by line."""
        return self.interlaced or self.format in _BUFFERED
