"""Facets: how many of the found documents carry each value."""

from __future__ import annotations

import tantivy

from lumenstock.search.ports import FACET_SIZE, FacetCount, Facets

_VALUES = 10_000  # values counted before the largest are kept: more than there are categories


def count_facets(searcher: tantivy.Searcher, query: tantivy.Query) -> Facets:
    """Count the documents that ``query`` finds by category, orientation and colour."""
    fields = ("category", "orientation", "color")
    request = {name: {"terms": {"field": name, "size": _VALUES}} for name in fields}
    counted = searcher.aggregate(query, request)
    return Facets(
        categories=_largest(counted["category"]["buckets"]),
        orientations=_largest(counted["orientation"]["buckets"]),
        colors=_largest(counted["color"]["buckets"]),
    )


def _largest(buckets: list[dict[str, int | str]]) -> tuple[FacetCount, ...]:
    counts = (FacetCount(str(bucket["key"]), int(bucket["doc_count"])) for bucket in buckets)
    return tuple(sorted(counts, key=lambda count: (-count.count, count.value))[:FACET_SIZE])
