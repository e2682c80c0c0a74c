"""One question answered from one state of the index: both legs, and what is counted over them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import tantivy

from lumenstock.adapters.embedded.counting import count_matches
from lumenstock.adapters.embedded.queries import either, ids_query, keyword_query, passing
from lumenstock.adapters.embedded.snapshot import Snapshot
from lumenstock.kernel.ids import ImageId
from lumenstock.search.facets import without_own_filter
from lumenstock.search.ports import Hit, IndexAnswer, IndexQuery, Sort


def answer(snapshot: Snapshot, query: IndexQuery) -> IndexAnswer:
    """Answer ``query``."""
    wider = without_own_filter(query)
    vector, *wider_vectors = vector_legs(snapshot, [query, *wider.values()])
    keyword = keyword_leg(snapshot, query, (), 0, query.window) if query.worded or query.browsing else ()
    own = {
        facet: _found(question, leg)
        for (facet, question), leg in zip(wider.items(), wider_vectors, strict=True)
    }
    total, facets = count_matches(snapshot.searcher, _found(query, vector), own)
    return IndexAnswer(
        keyword=keyword,
        vector=vector,
        total=total,
        relation="gte" if query.vector and len(vector) == query.window else "eq",
        facets=facets,
        signals=snapshot.signals([*keyword, *vector]),
    )


def keyword_leg(
    snapshot: Snapshot, query: IndexQuery, excluding: Sequence[ImageId], offset: int, limit: int
) -> tuple[Hit, ...]:
    """The keyword leg of ``query`` without ``excluding``, from ``offset`` on."""
    found = keyword_query(query, excluding)
    if query.sort is Sort.POPULAR:
        return snapshot.in_key_order(found, "popular", offset, limit)
    if query.sort is Sort.NEWEST or not query.worded:
        return snapshot.in_key_order(found, "newest", offset, limit)
    return snapshot.best(found, offset, limit)


def vector_legs(snapshot: Snapshot, queries: Sequence[IndexQuery]) -> list[tuple[Hit, ...]]:
    """The vector legs of ``queries``, which have one vector: every document is compared once."""
    vector = queries[0].vector
    if vector is None:
        return [() for _ in queries]
    among = [None if (passes := passing(query)) is None else snapshot.rows_of(passes) for query in queries]
    scores = snapshot.rows.scores(vector.values, vector.model, among)
    return [
        tuple(
            Hit(snapshot.rows.id_of(row), cosine)
            for row, cosine in snapshot.rows.nearest(scores, query.window, rows)
        )
        for query, rows in zip(queries, among, strict=True)
    ]


def _found(query: IndexQuery, vector: Iterable[Hit]) -> tantivy.Query:
    """All matches of the words of ``query``, or everything that passes when browsing, and the vector leg."""
    near = ids_query([hit.id for hit in vector])
    return either(keyword_query(query), near) if query.worded or query.browsing else near
