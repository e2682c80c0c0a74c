"""How far a commit of the words came."""

from __future__ import annotations

from dataclasses import dataclass

import tantivy

from lumenstock.adapters.embedded.queries import snapshot_query


@dataclass(frozen=True, slots=True)
class Position:
    """What a commit reached: the number of the last write in it, and its rows."""

    generation: int
    rows: int


def position_of(searcher: tantivy.Searcher) -> Position | None:
    """The position that ``searcher`` stands at; None in an index without a commit."""
    found = searcher.search(snapshot_query(), limit=1, order_by_field="generation").hits
    if not found:
        return None
    generation, address = found[0]
    (rows,) = searcher.fast_field_values("rows", [address])
    return Position(generation=int(generation), rows=int(rows or 0))
