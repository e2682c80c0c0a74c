"""Which question each facet is counted over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from lumenstock.search.ports import Filters, IndexQuery

FacetFilter = Literal["category", "orientation", "color", "image_type", "licence_type"]

FILTER_OF: Mapping[str, FacetFilter] = {
    "categories": "category",
    "orientations": "orientation",
    "colors": "color",
    "image_types": "image_type",
    "licence_types": "licence_type",
}


def without_own_filter(query: IndexQuery) -> dict[str, IndexQuery]:
    """For each facet whose filter ``query`` has, by its name in ``Facets``: the question without it.

    The other facets are counted over ``query`` itself.
    """
    return {
        facet: replace(query, filters=without(query.filters, name))
        for facet, name in FILTER_OF.items()
        if getattr(query.filters, name) is not None
    }


def without(filters: Filters, name: FacetFilter) -> Filters:
    """``filters`` without the one of this ``name``."""
    nothing: dict[FacetFilter, Any] = {name: None}
    return replace(filters, **nothing)
