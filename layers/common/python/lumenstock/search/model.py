"""What is asked of a search and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from lumenstock.search.document import Document
from lumenstock.search.ports import Facets, Filters, Relation


class Mode(StrEnum):
    """Which legs answer."""

    HYBRID = "hybrid"
    KEYWORD = "keyword"
    SEMANTIC = "semantic"


class Order(StrEnum):
    """What a page is ordered by."""

    FUSED = "fused"
    KEYWORD = "keyword"
    VECTOR = "vector"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What somebody looks for, and which part of the answer they want.

    Attributes:
        text: The words; without any, everything that passes the filters, newest first.
        offset: Results to skip.
        page_size: Results to give, 1 to 100.
    """

    text: str = ""
    mode: Mode = Mode.HYBRID
    filters: Filters = field(default_factory=Filters)
    offset: int = 0
    page_size: int = 20

    @property
    def scope(self) -> str:
        """The question without the page: what its cursors are bound to."""
        return repr(replace(self, offset=0, page_size=0))


@dataclass(frozen=True, slots=True)
class Result:
    """One find.

    Attributes:
        score: What the order goes by: fused, BM25 or cosine; None where the order is not by a score.
    """

    document: Document
    score: float | None


@dataclass(frozen=True, slots=True)
class NextPage:
    """Where the answer goes on, and by which order there."""

    offset: int
    order: Order


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of an answer.

    Attributes:
        total: How many results all pages have together, counted as the port says.
        relation: ``gte`` when there are likely more.
        next: None on the last page.
        degraded: Whether the words could not be encoded, so that keywords alone answered.
    """

    results: tuple[Result, ...]
    total: int
    relation: Relation
    facets: Facets
    next: NextPage | None
    degraded: bool
