"""Walks through a file's container without decoding a pixel: where the picture ends, whether it is whole.

A decoder stops at the end of the picture and says nothing of what follows; these walkers do.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from lumenstock.imaging.containers.boxes import walk_boxes
from lumenstock.imaging.containers.jpeg import walk_jpeg
from lumenstock.imaging.containers.model import Container, Data
from lumenstock.imaging.containers.png import walk_png
from lumenstock.imaging.containers.raf import walk_raf
from lumenstock.imaging.containers.riff import walk_webp
from lumenstock.imaging.containers.tiff import walk_tiff
from lumenstock.imaging.formats import Format

_WALKERS: dict[Format, Callable[[Data], Container]] = {
    Format.JPEG: walk_jpeg,
    Format.PNG: walk_png,
    Format.WEBP: walk_webp,
    Format.AVIF: walk_boxes,
    Format.CR3: walk_boxes,
    Format.RAF: walk_raf,
}


def walk(data: Data, kind: Format) -> Container:
    """Walk through the whole of ``data``, whose first bytes say ``kind``."""
    try:
        return _WALKERS.get(kind, walk_tiff)(data)
    except (struct.error, IndexError):
        return Container(truncated=True)  # it ends in the middle of a length
