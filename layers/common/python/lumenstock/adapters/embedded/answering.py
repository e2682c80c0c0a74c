"""One question answered from one state of the index: both legs, and what is counted over their union."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor

import numpy as np

from lumenstock.adapters.embedded.carried import Mask
from lumenstock.adapters.embedded.counting import count_rows
from lumenstock.adapters.embedded.nearest import Comparison
from lumenstock.adapters.embedded.passing import allowed, filtered, matching
from lumenstock.adapters.embedded.queries import keyword_query
from lumenstock.adapters.embedded.ranked import Ranked
from lumenstock.adapters.embedded.snapshot import Snapshot
from lumenstock.kernel.ids import ImageId
from lumenstock.search.facets import without_own_filter
from lumenstock.search.ports import IndexAnswer, IndexQuery, QueryVector, Signals, Sort


def answer(snapshot: Snapshot, query: IndexQuery, beside: Executor) -> IndexAnswer:
    """Answer ``query``; ``beside`` compares vectors while this thread looks for words."""
    wider, rows = without_own_filter(query), snapshot.rows
    base = allowed(snapshot, query)
    passing = [base & filtered(rows, question.filters) for question in (query, *wider.values())]
    vector_legs = comparing(snapshot, query.vector, passing, beside)
    keyword = Ranked.nothing()
    if query.worded or query.browsing:
        keyword = keyword_leg(snapshot, query, (), 0, query.window)
    words = _by_words(snapshot, query)
    vectors = vector_legs(query.window)
    found, *wider_found = [_with(passes & words, near) for passes, near in zip(passing, vectors, strict=True)]
    total, facets = count_rows(rows.carried, found, dict(zip(wider, wider_found, strict=True)))
    return IndexAnswer(
        keyword=keyword.hits(rows),
        vector=vectors[0].hits(rows),
        total=total,
        relation="gte" if query.vector and len(vectors[0].rows) == query.window else "eq",
        facets=facets,
        signals=_signals(snapshot, keyword, vectors[0]),
    )


def keyword_leg(
    snapshot: Snapshot, query: IndexQuery, excluding: Sequence[ImageId], offset: int, limit: int
) -> Ranked:
    """The keyword leg of ``query`` without ``excluding``, from ``offset`` on."""
    found = keyword_query(query, excluding)
    if query.sort is Sort.POPULAR:
        return snapshot.in_key_order(found, "popular", offset, limit)
    if query.sort is Sort.NEWEST or not query.worded:
        return snapshot.in_key_order(found, "newest", offset, limit)
    return snapshot.best(found, offset, limit)


def comparing(
    snapshot: Snapshot, vector: QueryVector | None, passing: Sequence[Mask], beside: Executor
) -> Callable[[int], list[Ranked]]:
    """Begin to compare ``vector``: gives for each of ``passing``, a bool[n], so many of its nearest rows."""
    if vector is None:
        return lambda _: [Ranked.nothing() for _ in passing]
    comparable = snapshot.rows.of_model(vector.model)
    among = [comparable & passes for passes in passing]
    return Comparison(snapshot.rows, vector.values, among, beside).nearest


def _by_words(snapshot: Snapshot, query: IndexQuery) -> Mask:
    """bool[n]: what the keyword leg holds of what passes."""
    rows = len(snapshot.rows.alive)
    if query.text:
        return matching(snapshot, query.text, query.synonyms)
    return np.full(rows, query.worded or query.browsing)


def _with(mask: Mask, near: Ranked) -> Mask:
    mask[near.rows] = True
    return mask


def _signals(snapshot: Snapshot, *legs: Ranked) -> dict[ImageId, Signals]:
    rows = np.unique(np.concatenate([leg.rows for leg in legs]))
    return dict(zip(snapshot.rows.ids_of(rows), snapshot.rows.signals_of(rows), strict=True))
