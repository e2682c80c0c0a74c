"""What can be said of a file without decoding it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lumenstock.imaging.containers.model import Container
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

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Header:
        """The header that a child sent as JSON."""
        kind = fields["format"]
        return cls(**{**fields, "format": Format(kind) if kind else None})


@dataclass(frozen=True, slots=True)
class Examination:
    """All that a first look at a file finds out.

    Attributes:
        format: By its first bytes, and where these are a TIFF's by its directories; None for none of ours.
        foreign: A person's name for a format that we know and do not take.
        container: What the walk through it found.
        contents: What else the file is: ``zip``, ``pdf``, ``html``, ``svg``.
        trailing_bytes: Length of what follows the picture. ``trailing_picture``: it begins as a JPEG does.
        header: None for camera raw, which only LibRaw reads, and where no decoder reads it.
        fault: Code of the decoder's reason not to read it; None if it did or was not asked.
    """

    format: Format | None
    foreign: str | None
    container: Container
    contents: tuple[str, ...]
    trailing_bytes: int
    trailing_picture: bool
    header: Header | None
    fault: str | None

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Examination:
        """The examination that a child sent as JSON."""
        kind, container, header = fields["format"], fields["container"], fields["header"]
        raw = container["raw"]
        parts = {
            "format": Format(kind) if kind else None,
            "container": Container(**{**container, "raw": Format(raw) if raw else None}),
            "contents": tuple(fields["contents"]),
            "header": Header.of(header) if header else None,
        }
        return cls(**{**fields, **parts})
