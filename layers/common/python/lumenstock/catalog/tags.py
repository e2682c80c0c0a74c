"""The contributor's own words for a picture."""

from __future__ import annotations

from collections.abc import Iterable

from lumenstock.kernel.text import tidy_line

MAX_TAGS = 50
MAX_TAG_LENGTH = 40


def clean_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """``tags`` in lower case, tidy, without repeats, in the order given."""
    return tuple(dict.fromkeys(tidy_line(tag).lower() for tag in tags))
