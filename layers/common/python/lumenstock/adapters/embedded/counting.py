"""How many documents were found, and how many of them carry each value: one pass over the matches."""

from __future__ import annotations

import tantivy

from lumenstock.search.ports import FACET_SIZE, FacetCount, Facets

_VALUES = 10_000  # values counted before the largest are kept: more than there are categories

_REQUEST = {
    "total": {"value_count": {"field": "row"}},
    **{field: {"terms": {"field": field, "size": _VALUES}} for field in ("category", "orientation", "color")},
}


def count_matches(searcher: tantivy.Searcher, query: tantivy.Query) -> tuple[int, Facets]:
    """Count the documents that ``query`` finds: all of them, and by category, orientation and colour."""
    counted = searcher.aggregate(query, _REQUEST)
    facets = Facets(
        categories=_largest(counted["category"]["buckets"]),
        orientations=_largest(counted["orientation"]["buckets"]),
        colors=_largest(counted["color"]["buckets"]),
    )
    return int(counted["total"]["value"]), facets


def _largest(buckets: list[dict[str, int | str]]) -> tuple[FacetCount, ...]:
    counts = (FacetCount(str(bucket["key"]), int(bucket["doc_count"])) for bucket in buckets)
    return tuple(sorted(counts, key=lambda count: (-count.count, count.value))[:FACET_SIZE])
