r"""What people write: which characters it may hold, and one spelling of it.

The patterns are of the subset that JSON Schema, Python and Rust (pydantic) read alike. They leave out control
characters, line separators, and the marks that turn the direction of writing, by which a text shows as
another than it is.
"""

from __future__ import annotations

import re
import unicodedata

_CONTROL = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069"
_CONTROL_BUT_NEWLINE = r"\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069"

# Halves of surrogate pairs have no spelling in UTF-8; no JSON brings any, but a broken block of metadata may.
_NOT_ALLOWED = re.compile(rf"[{_CONTROL}\ud800-\udfff]")

# One line with something to read on it.
LINE_PATTERN = rf"^[^{_CONTROL}]*[^\s{_CONTROL}][^{_CONTROL}]*$"
# Any number of lines, also none.
TEXT_PATTERN = rf"^[^{_CONTROL_BUT_NEWLINE}]*$"
# Any number of lines with something to read on them.
SAID_PATTERN = rf"^[^{_CONTROL_BUT_NEWLINE}]*[^\s{_CONTROL_BUT_NEWLINE}][^{_CONTROL_BUT_NEWLINE}]*$"


def tidy_line(text: str) -> str:
    """``text`` composed (NFC), without spaces around it, and with single spaces in it."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def tidy_text(text: str) -> str:
    """``text`` composed (NFC), line by line; spaces at the ends of lines and empty lines around it go."""
    lines = unicodedata.normalize("NFC", text).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def readable_line(text: str, max_length: int) -> str:
    """``text`` of unknown origin as one tidy line of what is allowed, cut at ``max_length``; may be empty."""
    return tidy_line(_NOT_ALLOWED.sub(" ", text))[:max_length].rstrip()
