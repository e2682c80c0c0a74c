"""A first look at a file that may be anything. Runs only in children of ``zygote``: its input is hostile."""

from __future__ import annotations

import mmap
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lumenstock.imaging.containers.gif import walk_gif
from lumenstock.imaging.containers.model import Container
from lumenstock.imaging.containers.polyglots import foreign_contents
from lumenstock.imaging.containers.walk import walk
from lumenstock.imaging.decoding import probe
from lumenstock.imaging.errors import PictureError
from lumenstock.imaging.formats import HEAD_BYTES, Format, foreign_name, sniff

_PICTURE = b"\xff\xd8\xff"


def examine(path: str) -> dict[str, Any]:
    """The fields of :class:`lumenstock.imaging.header.Examination` for a file of at least one byte."""
    with Path(path).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        head = data[:HEAD_BYTES]
        kind = sniff(head)
        foreign = None if kind else foreign_name(head)
        container = walk(data, kind) if kind else _walk_foreign(data, foreign)
        end = len(data) if container.end is None else min(container.end, len(data))
        found = {
            "format": container.raw or kind,
            "foreign": foreign,
            "container": asdict(container),
            "contents": foreign_contents(data, container.end),
            "trailing_bytes": len(data) - end,
            "trailing_picture": data[end : end + 256].lstrip(b"\0").startswith(_PICTURE),
        }
    # The map is closed by now: libtiff makes one of its own, and both may not fit into the child's memory.
    return {**found, **_header(path, kind, container)}


def _walk_foreign(data: mmap.mmap, foreign: str | None) -> Container:
    try:
        return walk_gif(data) if foreign == "GIF" else Container()
    except IndexError:
        return Container()


def _header(path: str, kind: Format | None, container: Container) -> dict[str, Any]:
    """The decoder's reading of the header; of camera raw libvips would only read the preview's."""
    if kind is None or kind.raw or container.raw_photo or container.cyclic or container.nested:
        return {"header": None, "fault": None}
    try:
        return {"header": probe(path), "fault": None}
    except PictureError as error:
        return {"header": None, "fault": error.code}
