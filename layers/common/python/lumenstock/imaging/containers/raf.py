"""The directory of a Fujifilm RAF. Source: https://libopenraw.freedesktop.org/formats/raf/."""

from __future__ import annotations

import struct

from lumenstock.imaging.containers.model import Container, Data

_DIRECTORY = 84  # big-endian offsets and lengths of the preview, of the sensor's header, and of its values


def walk_raf(data: Data) -> Container:
    """Whether all three parts lie in the file."""
    numbers = struct.unpack_from(">6I", data, _DIRECTORY)
    ends = [start + length for start, length in zip(numbers[::2], numbers[1::2], strict=True)]
    return Container(truncated=max(ends) > len(data), raw_photo=True)
