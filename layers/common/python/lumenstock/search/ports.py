"""The port of the search index. The docstrings are the contract; one test suite holds every engine to it.

Meaning shared by all engines:

*Words.* A text is cut into runs of letters and digits, folded to lower case without accents, freed of
English stop words and stemmed (Porter 2). A document matches when enough of the query's distinct words
(:mod:`lumenstock.search.relevance`) occur in its title, tags or description, weighted 10, 5 and 1.
A word's score is that of the field where it scores highest, and a document's that of its words together.

*Phrases, prefixes, exclusions.* They look at words as they are written: folded, but neither stemmed nor
freed of stop words. A phrase holds where its words follow one another in one field; two tags are as far
apart as two fields. They decide for both legs: what lacks a phrase or a prefix, or holds something
excluded, is no find, however much it looks like one.

*Values that are not known.* A filter lets through only documents that have the value it asks for; an
unknown one (None) is none of them.

*Order.* Keyword hits by falling BM25 score, vector hits by falling cosine, browsing by falling creation
time; ties by rising id, so that two runs, two processes and two pages agree.

*Versions.* A write replaces what is there if its version is at least as high (``external_gte``);
an older one is dropped without a word, since a newer one is in place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from lumenstock.kernel.ids import ImageId
from lumenstock.search.document import Document, Removal
from lumenstock.search.question import WINDOW, Filters, IndexQuery, QueryVector, Sort, Synonym

__all__ = [
    "FACET_SIZE",
    "MAX_DEPTH",
    "SUGGESTION_LENGTH",
    "WINDOW",
    "Change",
    "FacetCount",
    "Facets",
    "Filters",
    "Hit",
    "IndexAnswer",
    "IndexQuery",
    "QueryVector",
    "Relation",
    "SearchIndex",
    "Signals",
    "Sort",
    "Suggestion",
    "Synonym",
    "Tally",
]

MAX_DEPTH = 10_000
FACET_SIZE = 50
SUGGESTION_LENGTH = 80

Change = Document | Removal
Relation = Literal["eq", "gte"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One find of one leg.

    Attributes:
        score: What the leg is ordered by: BM25, cosine in [-1, 1], Unix seconds, or the popularity (0 if it
            is not known).
    """

    id: ImageId
    score: float


@dataclass(frozen=True, slots=True)
class Signals:
    """What the order of business goes by: see :mod:`lumenstock.search.boost`.

    Attributes:
        premium: Whether the document is known to be premium.
        trending: In [0, 1]; 0 where it is not known.
    """

    created_at_s: int
    premium: bool
    trending: float


@dataclass(frozen=True, slots=True)
class FacetCount:
    """How many of the found documents carry ``value``."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts over all keyword matches and the vector leg together, each document once.

    A facet is counted as if its own filter were not there, so that it shows what choosing another value would
    find: under the filter ``category="city"``, ``categories`` holds the counts of the same question without
    that filter, its vector leg included (:func:`lumenstock.search.facets.without_own_filter`).

    A document without a value counts nowhere in that facet. Every list holds the :data:`FACET_SIZE`
    largest counts, falling, ties by value.
    """

    categories: tuple[FacetCount, ...] = ()
    orientations: tuple[FacetCount, ...] = ()
    colors: tuple[FacetCount, ...] = ()
    image_types: tuple[FacetCount, ...] = ()
    licence_types: tuple[FacetCount, ...] = ()


@dataclass(frozen=True, slots=True)
class IndexAnswer:
    """Both legs and what was counted over their union.

    Attributes:
        keyword: At most ``window`` hits, best first; so is ``vector``.
        total: Size of (all keyword matches) ∪ (vector leg) under the filters.
        relation: ``gte`` when the vector leg is full, since what lies beyond it was not counted.
        signals: Of every hit.
    """

    keyword: tuple[Hit, ...]
    vector: tuple[Hit, ...]
    total: int
    relation: Relation
    facets: Facets
    signals: Mapping[ImageId, Signals]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A title or tag, folded, and how many documents have it as the one or the other."""

    text: str
    documents: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How many documents an index holds, and how many of them have a vector of one model."""

    documents: int
    vectors: int


class SearchIndex(Protocol):
    """A projection of approved images that can always be rebuilt from the catalogue.

    Every method raises :class:`lumenstock.kernel.errors.SearchUnavailableError` when the engine cannot
    answer.
    """

    def write(self, changes: Sequence[Change]) -> None:
        """Put documents and removals. When it returns they are safe, whatever dies next.

        A removal leaves a stub with its version, so that a late document stays out. Within ``changes``
        later entries come after earlier ones. They can be found by the next query, or a moment later.

        Raises:
            ValueError: An id is longer than the engine can hold; 32 bytes always fit.
        """
        ...

    def get(self, ids: Sequence[ImageId]) -> Mapping[ImageId, Document]:
        """The documents as last written; unknown and removed ids are left out."""
        ...

    def query(self, query: IndexQuery) -> IndexAnswer:
        """Answer both legs, total and facets from one state of the index."""
        ...

    def keyword_page(
        self, query: IndexQuery, *, excluding: Sequence[ImageId], offset: int, limit: int
    ) -> tuple[Hit, ...]:
        """The keyword leg of ``query`` without ``excluding``, from ``offset`` on: pages past the window.

        Args:
            query: Its vector and window are ignored.
            excluding: Ids that were shown already, at most :data:`WINDOW`.
            offset: Hits to skip; ``offset + limit`` is at most :data:`MAX_DEPTH`.
            limit: Most hits to give.
        """
        ...

    def similar(self, image_id: ImageId, limit: int) -> tuple[Hit, ...]:
        """The nearest other documents of the same model, by cosine with the document's own vector.

        Empty when the document has no vector.

        Raises:
            NotFoundError: The index holds no such document.
        """
        ...

    def suggest(self, beginning: str, limit: int) -> tuple[Suggestion, ...]:
        """Titles and tags that begin with ``beginning``, by falling number of documents, ties by text.

        Args:
            beginning: Folded (:func:`lumenstock.search.projection.fold`) and not empty. Titles and tags are
                folded in the same way; of those longer than :data:`SUGGESTION_LENGTH` there are none.
            limit: Most suggestions to give.
        """
        ...

    def corrections(self, words: Sequence[str]) -> Mapping[str, str]:
        """What is meant by those of ``words`` that no document holds in any form, as far as it can be told.

        What is meant is a written word of some title, tag or description: see
        :func:`lumenstock.search.spelling.meant`. A stop word, and a text that is not one word, means itself.

        Args:
            words: As they were written.

        Returns:
            By the word as it was given: the one that is meant, folded.
        """
        ...

    def matched_words(
        self, query: IndexQuery, documents: Sequence[Document]
    ) -> Mapping[ImageId, frozenset[str]]:
        """The words of each document that ``query`` matches: folded, otherwise as they are written there.

        Those are all forms of the words of its text and of their synonyms of one word, the words of its
        phrases and of such synonyms where the whole phrase is, and what begins with its prefixes. It does
        not say whether the document is a find.
        """
        ...

    def tally(self, model: str) -> Tally:
        """Count the documents, and those with a vector of ``model`` (``name@version``), as found by now."""
        ...

    def rebuild(self, changes: Iterable[Change]) -> int:
        """Replace the whole content by ``changes``, while queries and writes go on.

        What was written before the start and is not in ``changes`` goes at the end, all at once, stubs
        included; what is in ``changes`` replaces it whatever its version. What is written meanwhile stays,
        and versions decide between it and ``changes``. Cut short, it leaves an index that answers and can
        be rebuilt again.

        Returns:
            The number of changes taken in.
        """
        ...
