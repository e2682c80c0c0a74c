"""A few at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

_Item = TypeVar("_Item")


def portions(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    """``items`` in their order, ``size`` at a time and as they come; the last portion may be smaller."""
    left = iter(items)
    while portion := list(islice(left, size)):
        yield portion
