"""One question as one search: one request, and all of its answer is of one state of the index.

A facet whose filter is set is counted over the question without that filter, so a question is one part, and
one more for each such facet. The search finds what any leg of any part finds. Each find has the highest of
its scores, whose ranges lie apart:

| found by | score |
|---|---|
| the vector leg of part ``i`` | ``2 ** (40 - 2 * i) * (1 + v)``, ``v`` in [0, 1] as the engine has it |
| the words of the question | BM25, far below ``2 ** 20``; 1 where they are sorted by something else |
| the words of another part | 0 |

So vector hits come before whatever only words find, and one page of all the former and a window of the
latter holds both legs whole. A power of two takes no digit from ``v``. Beside its score each hit says whether
it holds the words and what they score, and whether it passes the filters.

What passes a part's filters is counted among all that is found: asking for the words once more would take as
long as finding them. That counts vector hits too many: those behind the window, and those of another part's
leg. They are on the page, so they are taken away again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from lumenstock.adapters.opensearch.counting import FIELDS, Counts, facet_requests
from lumenstock.adapters.opensearch.finds import PASSES, SIGNALS, WORDED, Find, band, by_vector, by_words
from lumenstock.adapters.opensearch.legs import BY_SCORE, Response, order_of
from lumenstock.adapters.opensearch.mapping import Body
from lumenstock.adapters.opensearch.queries import (
    TIE_SLACK,
    has_keyword_leg,
    keyword_query,
    named_keyword_query,
    passing,
    vector_query,
)
from lumenstock.search.facets import without_own_filter
from lumenstock.search.ports import MAX_DEPTH, Hit, IndexAnswer, IndexQuery

_ALL: Final[Body] = {"match_all": {}}


@dataclass(frozen=True, slots=True)
class _Part:
    """A question, and the facets that are counted over it."""

    query: IndexQuery
    facets: tuple[str, ...]


def search_for(query: IndexQuery, shards: int) -> Body:
    """What to ask an index of ``shards`` shards, each of which names the nearest that it holds."""
    parts = _parts(query)
    # A page of the engine ends at 10,000. Above 11 shards that may be less than all, and is enough still:
    # no shard holds so many of the nearest hundred.
    count = min(query.window + TIE_SLACK, (MAX_DEPTH - query.window) // (len(parts) * shards))
    order = order_of(query)
    size = query.window if has_keyword_leg(query) else 0
    if query.vector is not None:
        size += count * len(parts) * shards
    return {
        "query": {"dis_max": {"queries": list(_clauses(parts, count))}},
        "sort": order if order is BY_SCORE else [BY_SCORE[0], *order],
        "size": size,
        "stored_fields": "_none_",  # the id is in the sort: no stored document is unpacked for a hit
        "docvalue_fields": [*SIGNALS, *(FIELDS.values() if query.vector is not None else ())],
        "track_total_hits": False,
        "aggs": _counts(parts),
    }


def answer_of(query: IndexQuery, response: Response) -> IndexAnswer:
    """The port's answer out of what :func:`search_for` was answered."""
    finds = [Find.of(query, hit) for hit in response["hits"]["hits"]]
    counted, counts = response.get("aggregations", {}), Counts()
    totals: list[int] = []
    legs: list[list[Find]] = []
    for number, part in enumerate(_parts(query)):
        near = sorted((find for find in finds if find.part in {0, number}), key=by_vector)[: query.window]
        in_leg = {find.id for find in near}
        too_many = [
            find
            for find in finds
            if not find.worded and find.id not in in_leg and (find.passes or find.part == number)
        ]
        matches = counted.get(str(number), {"doc_count": 0})
        counts.add_matches({facet: matches[facet] for facet in part.facets if facet in matches})
        counts.take_away(part.facets, (find.fields for find in too_many))
        totals.append(matches["doc_count"] - len(too_many))
        legs.append(near)
    keyword = sorted((find for find in finds if find.own), key=by_words)[: query.window]
    vector = legs[0]
    return IndexAnswer(
        keyword=tuple(Hit(find.id, find.score) for find in keyword),
        vector=tuple(Hit(find.id, find.cosine) for find in vector),
        total=totals[0],
        relation="gte" if query.vector is not None and len(vector) == query.window else "eq",
        facets=counts.facets(),
        signals={find.id: find.signals() for find in (*keyword, *vector)},
    )


def _parts(query: IndexQuery) -> list[_Part]:
    wider = without_own_filter(query)
    shared = tuple(facet for facet in FIELDS if facet not in wider)
    return [_Part(query, shared), *(_Part(question, (facet,)) for facet, question in wider.items())]


def _clauses(parts: Sequence[_Part], count: int) -> Iterator[Body]:
    """One a leg of each part; ``count`` is the most that a vector leg names."""
    for number, query in enumerate(part.query for part in parts):
        if has_keyword_leg(query):
            if number:
                yield {"constant_score": {"filter": keyword_query(query), "boost": 0}}
            else:
                yield _words(query)
        if query.vector is not None:
            near = vector_query(query, query.vector, count)
            yield {"bool": {"must": [near, _ALL], "boost": band(number)}}


def _words(query: IndexQuery) -> Body:
    """The keyword leg of the question; beside a vector leg its finds tell what they have of it."""
    beside = query.vector is not None
    words = named_keyword_query(query, words=WORDED, passes=PASSES) if beside else keyword_query(query)
    return words if order_of(query) is BY_SCORE else {"constant_score": {"filter": words}}


def _counts(parts: Sequence[_Part]) -> Body:
    """Of all that is found how much passes each part's filters, and the values of that."""
    return {
        str(number): {
            "filter": _ALL if len(parts) == 1 else {"bool": passing(part.query)},
            "aggs": facet_requests(part.facets),
        }
        for number, part in enumerate(parts)
    }
