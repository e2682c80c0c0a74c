"""One question: the searches that answer it, and the port's answer out of theirs.

A facet whose filter is set is counted over the question without that filter, so a question is one part,
and one more for each such facet. A part has a search for each of its legs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lumenstock.adapters.opensearch.counting import FIELDS, Counts, facet_requests
from lumenstock.adapters.opensearch.legs import (
    Response,
    keyword_hits,
    keyword_search,
    nearest,
    signals_of,
    vector_search,
)
from lumenstock.adapters.opensearch.mapping import Body
from lumenstock.adapters.opensearch.queries import has_keyword_leg, keyword_query
from lumenstock.search.facets import without_own_filter
from lumenstock.search.ports import Hit, IndexAnswer, IndexQuery

_KEYWORD: Final = "keyword"


@dataclass(frozen=True, slots=True)
class _Part:
    """A question and the facets that are counted over it; only of the first one hits are shown."""

    query: IndexQuery
    facets: tuple[str, ...]
    shown: bool

    def searches(self) -> Iterator[Body]:
        """One a leg; they must see one state of the index."""
        if has_keyword_leg(self.query):
            limit = self.query.window if self.shown else 0
            yield keyword_search(self.query, (), 0, limit) | {
                "track_total_hits": True,
                "aggs": facet_requests(self.facets),
            }
        if self.query.vector is not None:
            near = vector_search(self.query, self.query.vector, [FIELDS[facet] for facet in self.facets])
            if has_keyword_leg(self.query):
                # Says of each hit whether it is a keyword match as well: then it is counted already.
                named = {"filter": keyword_query(self.query), "boost": 0, "_name": _KEYWORD}
                near["query"] = {"bool": {"must": [near["query"]], "should": [{"constant_score": named}]}}
            yield near


def searches_for(query: IndexQuery) -> list[Body]:
    """What to ask, all of one state of the index."""
    return [search for part in _parts(query) for search in part.searches()]


def answer_of(query: IndexQuery, responses: Sequence[Response]) -> IndexAnswer:
    """The port's answer out of what :func:`searches_for` was answered."""
    left, counts = iter(responses), Counts()
    legs: list[tuple[tuple[Hit, ...], tuple[Hit, ...], int]] = []
    found: list[dict[str, Any]] = []
    for part in _parts(query):
        keyword: tuple[Hit, ...] = ()
        vector: tuple[Hit, ...] = ()
        total = 0
        if has_keyword_leg(part.query):
            matches = next(left)
            keyword, total = keyword_hits(part.query, matches), matches["hits"]["total"]["value"]
            counts.add_matches(matches.get("aggregations", {}))
            found += matches["hits"]["hits"]
        if part.query.vector is not None:
            near = nearest(next(left), part.query.window)
            vector = tuple(hit for hit, _ in near)
            uncounted = [one for _, one in near if _KEYWORD not in one.get("matched_queries", ())]
            counts.add_documents(part.facets, (one.get("fields", {}) for one in uncounted))
            total += len(uncounted)
            found += [one for _, one in near]
        legs.append((keyword, vector, total))
    keyword, vector, total = legs[0]
    shown = {hit.id for hit in (*keyword, *vector)}
    return IndexAnswer(
        keyword=keyword,
        vector=vector,
        total=total,
        relation="gte" if query.vector is not None and len(vector) == query.window else "eq",
        facets=counts.facets(),
        signals={image_id: signals for one in found for image_id, signals in signals_of(one, shown)},
    )


def _parts(query: IndexQuery) -> list[_Part]:
    wider = without_own_filter(query)
    shared = tuple(facet for facet in FIELDS if facet not in wider)
    return [
        _Part(query, shared, shown=True),
        *(_Part(question, (facet,), shown=False) for facet, question in wider.items()),
    ]
