"""How many documents were found, and how many of them carry each value: one pass over the matches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import tantivy

from lumenstock.search.ports import FACET_SIZE, FacetCount, Facets

_VALUES = 10_000  # values counted before the largest are kept: more than there are categories

_FIELDS = {
    "categories": "category",
    "orientations": "orientation",
    "colors": "color",
    "image_types": "image_type",
    "licence_types": "licence_type",
}
_TOTAL = {"total": {"value_count": {"field": "row"}}}


def count(searcher: tantivy.Searcher, query: tantivy.Query) -> int:
    """How many documents ``query`` finds."""
    return int(searcher.aggregate(query, _TOTAL)["total"]["value"])


def count_matches(
    searcher: tantivy.Searcher, query: tantivy.Query, own: Mapping[str, tantivy.Query]
) -> tuple[int, Facets]:
    """Count the documents that ``query`` finds: all of them, and by the value of each facet.

    Args:
        searcher: What to search.
        query: What was found.
        own: By the name of a facet, what it is counted over instead of ``query``.
    """
    shared = [facet for facet in _FIELDS if facet not in own]
    counted = searcher.aggregate(query, _TOTAL | _terms(shared))
    total = int(counted["total"]["value"])
    for facet, matches in own.items():
        counted |= searcher.aggregate(matches, _terms([facet]))
    return total, Facets(**{facet: _largest(counted[facet]["buckets"]) for facet in _FIELDS})


def _terms(facets: Iterable[str]) -> dict[str, dict[str, dict[str, object]]]:
    return {facet: {"terms": {"field": _FIELDS[facet], "size": _VALUES}} for facet in facets}


def _largest(buckets: list[dict[str, int | str]]) -> tuple[FacetCount, ...]:
    counts = (FacetCount(str(bucket["key"]), int(bucket["doc_count"])) for bucket in buckets)
    return tuple(sorted(counts, key=lambda count: (-count.count, count.value))[:FACET_SIZE])
