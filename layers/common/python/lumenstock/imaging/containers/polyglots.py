"""Other formats inside a picture: a file that two programs read as two different things.

Each is looked for where its own reader looks. Pixels are not searched, and of a file's middle nothing is.
"""

from __future__ import annotations

import re
import struct

from lumenstock.imaging.containers.model import Data

# Where readers look: for PDF in the first 1,024 bytes, for an archive's directory in its last 65,557 (22 and
# a comment). What a browser makes a page of is in the metadata, which come first, or behind the picture.
_PDF_WINDOW = 1024
_ZIP_WINDOW = 22 + 0xFFFF
_PAGE_WINDOW = 64 << 10

_PDF = re.compile(rb"%PDF-\d\.\d")
_HTML = re.compile(rb"<(?:!doctype\s+html|html|script|iframe|body)[\s>/]|<\?php\s", re.IGNORECASE)
_SVG = re.compile(rb"<svg[\s>]", re.IGNORECASE)
_ZIP_END, _ZIP_ENTRY = b"PK\5\6", b"PK\1\2"


def foreign_contents(data: Data, end: int | None) -> tuple[str, ...]:
    """Which of ``zip``, ``pdf``, ``html`` and ``svg`` the file is beside being a picture.

    Args:
        data: The whole file.
        end: Offset behind the picture; None where nobody knows.
    """
    head = bytes(data[:_PAGE_WINDOW])
    behind = len(data) if end is None else min(end, len(data))
    tail = bytes(data[behind : behind + _PAGE_WINDOW]) + bytes(data[max(behind, len(data) - _PAGE_WINDOW) :])
    found = {
        "zip": _ends_as_zip(bytes(data[-_ZIP_WINDOW:]), len(data)),
        "pdf": bool(_PDF.search(head[:_PDF_WINDOW]) or _PDF.search(tail)),
        "html": bool(_HTML.search(head) or _HTML.search(tail)),
        "svg": bool(_SVG.search(head) or _SVG.search(tail)),
    }
    return tuple(name for name, there in found.items() if there)


def _ends_as_zip(last: bytes, size_bytes: int) -> bool:
    """Whether a ZIP reader would find a directory with an entry in it. Source: APPNOTE 6.3.10, 4.3.16."""
    position = last.rfind(_ZIP_END)
    while position >= 0:
        if len(last) - position >= 22:  # noqa: PLR2004 - its length
            entries, directory_bytes = struct.unpack_from("<HI", last, position + 10)
            start = position - directory_bytes
            absolute = size_bytes - len(last) + start
            within = last[start : start + 4] if start >= 0 else b""
            if entries and absolute >= 0 and (start < 0 or within == _ZIP_ENTRY):
                return True
        position = last.rfind(_ZIP_END, 0, position)
    return False
