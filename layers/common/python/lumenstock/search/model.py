"""What is asked of a search and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from lumenstock.search.document import Document
from lumenstock.search.ports import Facets, Filters, Relation, Sort
from lumenstock.search.understanding import Topic, Understood


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
    POPULAR = "popular"


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What somebody looks for, and which part of the answer they want.

    Attributes:
        text: What was written, in the language of :mod:`lumenstock.search.language`; without words,
            everything that passes the filters, newest first.
        sort: ``newest`` and ``popular`` order what the words find, whatever the mode: a likeness of
            meaning has no end, so its finds in another order would be any pictures.
        literal: Topics whose rules are not applied to the words.
        offset: Results to skip.
        page_size: Results to give, 1 to 100.
    """

    text: str = ""
    mode: Mode = Mode.HYBRID
    filters: Filters = field(default_factory=Filters)
    offset: int = 0
    page_size: int = 20
    sort: Sort = Sort.RELEVANCE
    literal: frozenset[Topic] = frozenset()

    @property
    def scope(self) -> str:
        """The question without the page: what its cursors are bound to."""
        question = replace(self, offset=0, page_size=0, literal=frozenset())
        return f"{question!r} {sorted(self.literal)}"


@dataclass(frozen=True, slots=True)
class Result:
    """One find.

    Attributes:
        score: What the order goes by: fused, BM25, cosine (more for copies, :mod:`lumenstock.search.alike`);
            None where the order is not by a score.
        matched: Words of the document, folded, that the question's words match.
    """

    document: Document
    score: float | None
    matched: frozenset[str] = frozenset()


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
        degraded: Whether a leg that was asked for is missing: the words could not be encoded in time, or one
            leg of the index did not answer.
        understood: What was taken for a filter.
        did_you_mean: The question with other words, where hardly anything was found.
    """

    results: tuple[Result, ...]
    total: int
    relation: Relation
    facets: Facets
    next: NextPage | None
    degraded: bool
    understood: tuple[Understood, ...] = ()
    did_you_mean: str | None = None
