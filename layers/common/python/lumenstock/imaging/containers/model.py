"""What a walk through a file's container finds out."""

from __future__ import annotations

from dataclasses import dataclass
from mmap import mmap

from lumenstock.imaging.formats import Format

Data = bytes | mmap

# Beside the pixels: text, profiles, previews. The largest of real photos are depth maps in XMP, some 10 MB.
MAX_METADATA_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Container:
    """What a walk found. It judges nothing: a file that it cannot follow is left to the decoder.

    Attributes:
        end: Offset just behind the picture; None where the format does not tell or the walk was lost.
        truncated: The file ends before the container says that it does.
        checksum_failed: A checksum over pixel data does not match.
        frames: Frames to be shown one after the other; counting ends at 1,000.
        pictures: Pictures of about the same size; previews and masks do not count.
        metadata_bytes: Length of what lies beside the pixels, as stored.
        inflates: Something beside the pixels unpacks to more than :data:`MAX_METADATA_BYTES`.
        cyclic: Its directories lead in a circle.
        nested: Its directories are deeper or more than any camera writes.
        raw: The camera raw format that it is, where only its directories tell.
        raw_photo: It is camera raw, of whatever camera, and its only plain picture is a preview.
        more_pictures: Further pictures follow by design (Multi-Picture Format, Ultra HDR gain maps).
    """

    end: int | None = None
    truncated: bool = False
    checksum_failed: bool = False
    frames: int = 1
    pictures: int = 1
    metadata_bytes: int = 0
    inflates: bool = False
    cyclic: bool = False
    nested: bool = False
    raw: Format | None = None
    raw_photo: bool = False
    more_pictures: bool = False
