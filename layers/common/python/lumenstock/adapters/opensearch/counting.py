"""Facets over both legs, each document once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lumenstock.adapters.opensearch.mapping import Body
from lumenstock.adapters.opensearch.queries import EVERYTHING
from lumenstock.search.ports import FACET_SIZE, FacetCount, Facets, Tally

FIELDS = {
    "categories": "categories",
    "orientations": "orientation",
    "colors": "colors",
    "image_types": "image_type",
    "licence_types": "licence_type",
}

_VALUES = 10_000  # values counted before the largest are kept: more than there are categories


def facet_requests(facets: Iterable[str]) -> Body:
    """Asks for the counts of ``facets``."""
    return {facet: {"terms": {"field": FIELDS[facet], "size": _VALUES}} for facet in facets}


def tally_search(model: str) -> Body:
    """Asks how many documents there are, and how many with a vector of ``model``."""
    of_model = {"filter": {"term": {"model": model}}}
    return {"query": EVERYTHING, "size": 0, "track_total_hits": True, "aggs": {"vectors": of_model}}


def tally_of(response: Mapping[str, Any]) -> Tally:
    """What :func:`tally_search` was answered."""
    vectors = response["aggregations"].get("vectors", {}).get("doc_count", 0)
    return Tally(response["hits"]["total"]["value"], vectors)


class Counts:
    """How many documents carry each value, facet by facet."""

    def __init__(self) -> None:
        """Begin with none."""
        self._counted: dict[str, Counter[str]] = {facet: Counter() for facet in FIELDS}

    def add_matches(self, answered: Mapping[str, Any]) -> None:
        """Add what :func:`facet_requests` was answered."""
        for facet, counted in answered.items():
            self._counted[facet].update({bucket["key"]: bucket["doc_count"] for bucket in counted["buckets"]})

    def take_away(self, facets: Sequence[str], found: Iterable[Mapping[str, list[str]]]) -> None:
        """Take single documents, each as the values of its fields, out of ``facets``."""
        for values in found:
            for facet in facets:
                self._counted[facet].subtract(values.get(FIELDS[facet], ()))

    def facets(self) -> Facets:
        """The largest counts of each."""
        return Facets(**{facet: _largest(counter) for facet, counter in self._counted.items()})


def _largest(counter: Counter[str]) -> tuple[FacetCount, ...]:
    counts = (FacetCount(value, count) for value, count in counter.items() if count)
    return tuple(sorted(counts, key=lambda count: (-count.count, count.value))[:FACET_SIZE])
