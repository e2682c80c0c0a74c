"""One question to the index. What the words in it mean is said in :mod:`lumenstock.search.ports`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from lumenstock.embedding.model import Vectors

WINDOW = 100


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
