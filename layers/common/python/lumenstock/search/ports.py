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
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol

from lumenstock.embedding.model import Vectors
from lumenstock.kernel.ids import ImageId
from lumenstock.search.document import Document, Removal

WINDOW = 100
MAX_DEPTH = 10_000
FACET_SIZE = 50

Change = Document | Removal
Relation = Literal["eq", "gte"]


class Sort(StrEnum):
    """What the keyword leg is ordered by.

    ``popular`` is by falling popularity, those without one last, and then as ``newest``: by falling creation
    time, ties by rising id.
    """

    RELEVANCE = "relevance"
    NEWEST = "newest"
    POPULAR = "popular"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a document must be to count at all; None asks for nothing, nor does a least size of 0.

    Attributes:
        category: One of the document's categories, folded.
        orientation: ``landscape``, ``portrait`` or ``square``.
        color: One of the document's colour buckets, as the bucket's hex name.
        contributor: The contributor's id or folded display name.
        created_from_s: Earliest creation, Unix seconds, inclusive.
        created_before_s: End of the range, Unix seconds, exclusive.
        image_type: As the document names it; so is ``licence_type``.
        people_from: Least number of people, inclusive.
        people_to: Most, inclusive; 0 asks for pictures that are known to show nobody.
        ai_generated: Whether a machine made it.
    """

    category: str | None = None
    orientation: str | None = None
    color: str | None = None
    contributor: str | None = None
    created_from_s: int | None = None
    created_before_s: int | None = None
    min_width_px: int = 0
    min_height_px: int = 0
    image_type: str | None = None
    licence_type: str | None = None
    people_from: int | None = None
    people_to: int | None = None
    ai_generated: bool | None = None


@dataclass(frozen=True, slots=True)
class Synonym:
    """What else may stand for a word of the query.

    Attributes:
        word: One word; it speaks for every word of the query with the same stem.
        others: Words, which are stemmed, and phrases of several, which are not. Each counts half of what
            the word itself does (:data:`lumenstock.search.relevance.SYNONYM_WEIGHT`).
    """

    word: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QueryVector:
    """A query in the space of one model.

    Attributes:
        model: ``name@version``; only documents of the same model are compared.
        values: float32[768], unit length.
    """

    model: str
    values: Vectors


@dataclass(frozen=True, slots=True)
class IndexQuery:
    """One question to the index.

    ``text``, ``phrases`` and ``prefixes`` open the keyword leg, ``vector`` the vector leg. With none of them,
    the keyword leg holds every document that passes, newest first or by ``sort``.

    Attributes:
        text: Words, nothing else: quotes, stars and the like only part them.
        phrases: Each must be there, word after word, in one field. It weighs what a word does.
        prefixes: Each must begin a word. How rare it is says nothing, so it adds the weight of the
            weightiest field that it is found in. One that is not exactly one word begins none.
        excluded: None of these may be there. One word stands for all of its forms (it is stemmed; a stop
            word excludes nothing), several are a phrase.
        synonyms: What else may stand for a word of ``text``.
        sort: Order of the keyword leg.
        window: Most hits a leg holds.
    """

    text: str = ""
    vector: QueryVector | None = None
    filters: Filters = field(default_factory=Filters)
    window: int = WINDOW
    phrases: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    synonyms: tuple[Synonym, ...] = ()
    sort: Sort = Sort.RELEVANCE

    @property
    def worded(self) -> bool:
        """Whether words are asked for, so that the keyword leg is not everything."""
        return bool(self.text or self.phrases or self.prefixes)

    @property
    def browsing(self) -> bool:
        """Whether neither words nor a vector are asked for."""
        return not self.worded and self.vector is None


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

    Every list holds the :data:`FACET_SIZE` largest counts, falling, ties by value.
    """

    categories: tuple[FacetCount, ...] = ()
    orientations: tuple[FacetCount, ...] = ()
    colors: tuple[FacetCount, ...] = ()


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
