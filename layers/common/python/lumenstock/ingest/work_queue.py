"""What waits for a person, page by page, in the order in which it came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.catalog.store import CatalogStore
from lumenstock.kernel.ids import ImageId

_CHUNK = 50


class WorkList(Protocol):
    """The sparse index of what is to be done."""

    def waiting_after(self, status: Status, position: str) -> Iterator[tuple[str, ImageId]]:
        """Positions and ids of what came into ``status`` after ``position`` ("": of all), oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class WorkPage:
    """One page. ``next`` is the position after which the following page begins; empty on the last."""

    images: tuple[Image, ...]
    next: str


def page_of_work(catalog: CatalogStore, work: WorkList, status: Status, *, after: str, size: int) -> WorkPage:
    """The ``size`` oldest images in ``status`` after the position ``after``; fewer only at the end.

    The index may be a moment behind: what has left ``status`` meanwhile is passed over.
    """
    found: list[tuple[str, Image]] = []
    waiting = work.waiting_after(status, after)
    while len(found) <= size and (chunk := list(islice(waiting, _CHUNK))):
        rows = catalog.get_many([image_id for _, image_id in chunk])
        found += [
            (position, row)
            for position, image_id in chunk
            if (row := rows.get(image_id)) is not None and row.status is status
        ]
    more = len(found) > size
    return WorkPage(tuple(row for _, row in found[:size]), found[size - 1][0] if more else "")
