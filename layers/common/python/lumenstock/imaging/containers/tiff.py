"""The directories of a TIFF and of the camera raw formats in its clothes.

Source: TIFF 6.0, section 2; BigTIFF; TIFF technical note 1 (SubIFDs); DNG 1.7.1; Exif 3.0, 4.6.3.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lumenstock.imaging.containers.model import Container, Data
from lumenstock.imaging.formats import Format

# Page, its SubIFD, that one's Exif, its Interoperability. A pyramid has some ten pages, a scan hundreds.
MAX_DEPTH, MAX_DIRECTORIES = 4, 1000
_MAX_ARRAY = 1 << 20

_BYTES_OF_TYPE = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    18: 8,
}
_INTEGERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}

_NEW_SUBFILE_TYPE, _WIDTH, _HEIGHT, _PHOTOMETRIC, _MAKE = 254, 256, 257, 262, 271
_DATA = ((273, 279), (324, 325), (513, 514))  # strips, tiles, an old-style JPEG: offsets and lengths
_SUB_IFDS, _EXIF, _GPS, _INTEROPERABILITY, _DNG_VERSION = 330, 34665, 34853, 40965, 50706
_METADATA = (700, 33723, 34377, 34675)  # XMP, IPTC, Photoshop's resources, ICC
_REDUCED, _MASK = 1, 4
_SENSOR = frozenset({32803, 34892})  # PhotometricInterpretation: colour filter array, linear raw
_MAKES = ((b"NIKON", Format.NEF), (b"SONY", Format.ARW))
_NO_OFFSET = 0xFFFFFFFF  # Panasonic: the data are where a tag of its own says


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a file writes numbers: byte order, and whether offsets have 8 bytes."""

    order: str
    big: bool

    @classmethod
    def of(cls, data: Data) -> _Layout:
        order = "<" if data[:2] == b"II" else ">"
        return cls(order, struct.unpack_from(order + "H", data, 2)[0] == 43)  # noqa: PLR2004 - BigTIFF's number

    def first(self, data: Data) -> int:
        return self._number(data, "Q", 8) if self.big else self._number(data, "I", 4)

    def _number(self, data: Data, code: str, offset: int) -> int:
        number: int = struct.unpack_from(self.order + code, data, offset)[0]
        return number


@dataclass(frozen=True, slots=True)
class _Field:
    """One entry of a directory: where its values lie."""

    kind: int
    count: int
    offset: int


@dataclass(frozen=True, slots=True)
class _Directory:
    """One directory: its fields by tag, where it ends, and where the next one is (0: nowhere)."""

    fields: dict[int, _Field]
    end: int
    following: int

    def numbers(self, data: Data, layout: _Layout, tag: int) -> tuple[int, ...]:
        """The values of an integer field, at most a million; none if it is not there or lies outside."""
        field = self.fields.get(tag)
        if field is None or field.kind not in _INTEGERS or field.count > _MAX_ARRAY:
            return ()
        code = f"{layout.order}{field.count}{_INTEGERS[field.kind]}"
        if field.offset + struct.calcsize(code) > len(data):
            return ()
        return struct.unpack_from(code, data, field.offset)

    def number(self, data: Data, layout: _Layout, tag: int) -> int:
        """The first value of a field, 0 if there is none."""
        return next(iter(self.numbers(data, layout, tag)), 0)


def walk_tiff(data: Data) -> Container:
    """Every directory once: pages, what hangs on them, and the data that they point to."""
    layout = _Layout.of(data)
    found = Container()
    pages, all_directories, end = [], [], 0
    waiting: list[tuple[int, tuple[int, ...], bool]] = [(layout.first(data), (), True)]
    seen: set[int] = set()
    while waiting:
        offset, path, is_page = waiting.pop()
        if offset in path:
            found = replace(found, cyclic=True)
            continue
        if offset in seen:
            continue
        depth = len(path) if not is_page else 0
        if depth >= MAX_DEPTH or len(seen) >= MAX_DIRECTORIES:
            return replace(found, nested=True)
        seen.add(offset)
        try:
            directory = _read(data, layout, offset)
        except (struct.error, OverflowError):
            # A stray pointer behind the first page is some cameras' habit.
            found = replace(found, truncated=found.truncated or not seen - {offset})
            continue
        all_directories.append(directory)
        end = max(end, directory.end)
        if is_page:
            pages.append(directory)
            if directory.following:
                waiting.append((directory.following, (*path, offset), True))
        below = path if not is_page else ()
        waiting += [(target, (*below, offset), False) for target in _pointers(data, layout, directory)]
    return _judged(data, layout, found, pages, all_directories, end)


def _read(data: Data, layout: _Layout, offset: int) -> _Directory:
    """Read one directory. Raises ``struct.error`` or ``OverflowError`` where it lies outside the file."""
    counting, entry, pointer = ("Q", "HHQ", "Q") if layout.big else ("H", "HHI", "I")
    (count,) = struct.unpack_from(layout.order + counting, data, offset)
    value_bytes = struct.calcsize("=" + pointer)
    entry_bytes = struct.calcsize("=" + entry) + value_bytes
    start = offset + struct.calcsize("=" + counting)
    end = start + count * entry_bytes
    (following,) = struct.unpack_from(layout.order + pointer, data, end)
    fields = {}
    for position in range(start, end, entry_bytes):
        tag, kind, number = struct.unpack_from(layout.order + entry, data, position)
        place = position + entry_bytes - value_bytes
        if _BYTES_OF_TYPE.get(kind, 1) * number > value_bytes:
            (place,) = struct.unpack_from(layout.order + pointer, data, place)
        fields[tag] = _Field(kind, number, place)
    return _Directory(fields, end + value_bytes, following)


def _pointers(data: Data, layout: _Layout, directory: _Directory) -> Iterator[int]:
    for tag in (_SUB_IFDS, _EXIF, _GPS, _INTEROPERABILITY):
        yield from (target for target in directory.numbers(data, layout, tag) if target)


def _judged(
    data: Data,
    layout: _Layout,
    found: Container,
    pages: list[_Directory],
    directories: list[_Directory],
    end: int,
) -> Container:
    """What the directories say together."""
    metadata_bytes, truncated = 0, found.truncated
    for directory in directories:
        for tag, field in directory.fields.items():
            size = _BYTES_OF_TYPE.get(field.kind, 1) * field.count
            metadata_bytes += size if tag in _METADATA else 0
            end = max(end, field.offset + size)
        for offsets, lengths in _DATA:
            places = directory.numbers(data, layout, offsets)
            sizes = directory.numbers(data, layout, lengths)
            for place, size in zip(places, sizes, strict=False):
                end = max(end, place + size if place != _NO_OFFSET else 0)
                truncated |= place != _NO_OFFSET and place + size > len(data)
    first = pages[0] if pages else _Directory({}, 0, 0)
    reduced = bool(first.number(data, layout, _NEW_SUBFILE_TYPE) & _REDUCED)
    sensor = any(directory.number(data, layout, _PHOTOMETRIC) in _SENSOR for directory in directories)
    raw_photo = _DNG_VERSION in first.fields or reduced or sensor
    return replace(
        found,
        end=None if raw_photo or truncated or end > len(data) else end,
        truncated=truncated,
        pictures=1 if raw_photo else _pictures(data, layout, pages),
        metadata_bytes=metadata_bytes,
        raw=_raw_format(data, first) if raw_photo else None,
        raw_photo=raw_photo,
    )


def _raw_format(data: Data, first: _Directory) -> Format | None:
    if _DNG_VERSION in first.fields:
        return Format.DNG
    make = first.fields.get(_MAKE)
    name = bytes(data[make.offset : make.offset + 32]).upper() if make else b""
    return next((kind for maker, kind in _MAKES if name.startswith(maker)), None)


def _pictures(data: Data, layout: _Layout, pages: list[_Directory]) -> int:
    """Pages that are a picture in their own right: no preview, no mask, not much smaller than the largest."""
    plain = [
        page.number(data, layout, _WIDTH) * page.number(data, layout, _HEIGHT)
        for page in pages
        if not page.number(data, layout, _NEW_SUBFILE_TYPE) & (_REDUCED | _MASK)
    ]
    largest = max(plain, default=0)
    return max(1, sum(4 * pixels > largest for pixels in plain))
