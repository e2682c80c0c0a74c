"""What is left of things that have ended, read past the API: parts, originals, items and places in queues."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from lumenstock.kernel.clock import to_iso
from tests.conftest import CATALOG, FINGERPRINTS
from tests.model import backends
from tests.model.history import Row


def remains() -> list[str]:
    """Everything that nobody will look after any more; empty for a world as it should be."""
    rows = backends.rows()
    faults = [f"{key}: parts are kept" for key in backends.unfinished()]
    faults += [f"{item['pk']['S']}: still to be deleted" for item in _purges()]
    faults += [f"{item['pk']['S']}: not ended" for item in _open()]
    for row in rows:
        if row.status == "deleted":
            faults += _of_a_deleted(row)
        if row.status in {"deleted", "taken_down"}:
            developed = [key for key in backends.originals() if key.startswith(f"developed/{row.id}/")]
            faults += [f"{key}: developed, of an image that is {row.status}" for key in developed]
    return faults


def has_overdue(now: datetime) -> bool:
    """Whether there are uploads or sessions that the sweeper has to end."""
    return any(item["gsi2sk"]["S"] < to_iso(now) for item in _open())


def _of_a_deleted(row: Row) -> Iterator[str]:
    for key in backends.originals():
        if f"/{row.id}." in key:
            yield f"{key}: the original of a deleted image"
    for item in backends.items(CATALOG):
        sk = item["sk"]["S"]
        if item["pk"]["S"] == f"IMG#{row.id}" and sk != "A" and not sk.startswith("H#"):
            yield f"{row.id}: {sk} of a deleted image"
    bands = [
        item["pk"]["S"]
        for item in backends.items(FINGERPRINTS)
        if item["pk"]["S"].startswith("PH#") and item["sk"]["S"] == row.id
    ]
    was_down = any(old and old.status == "taken_down" for old, new in backends.writes() if new == row)
    if was_down and not bands:
        yield f"{row.id}: taken down, deleted, and not known again"
    if bands and not was_down:
        yield f"{row.id}: {bands} of a deleted image"


def _purges() -> list[dict[str, dict[str, str]]]:
    return [item for item in backends.items(CATALOG) if item["sk"]["S"].startswith("PURGE#")]


def _open() -> list[dict[str, dict[str, str]]]:
    """Uploads in parts, and sessions with credentials."""
    return [item for item in backends.items(CATALOG) if item.get("gsi2pk", {"S": ""})["S"].startswith("U#")]
