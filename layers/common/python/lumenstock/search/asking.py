"""From what somebody wrote to one question to the index."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from lumenstock.embedding.model import Embedder
from lumenstock.search.encoding import QueryEncoder
from lumenstock.search.language import read, unframed
from lumenstock.search.model import Mode, SearchRequest
from lumenstock.search.ports import IndexQuery, Sort
from lumenstock.search.synonyms import Others, synonyms_for
from lumenstock.search.understanding import Understood, understand

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the index.

    Attributes:
        words: The same with all its words, whatever the mode: what is marked in the finds.
        weight: Of the vector leg.
        degraded: Whether it should have a vector and has none.
    """

    query: IndexQuery
    words: IndexQuery
    weight: float
    degraded: bool
    understood: tuple[Understood, ...]


class Asking:
    """Reads, understands and encodes."""

    def __init__(self, encoder: QueryEncoder, embedder: Callable[[], Embedder], synonyms: Others) -> None:
        """``embedder`` is asked whether its model counts people, when somebody speaks of people."""
        self._encoder = encoder
        self._embedder = embedder
        self._synonyms = synonyms

    def question(self, request: SearchRequest) -> Asked:
        """The question that ``request`` is."""
        wish = read(request.text)
        reading = understand(
            wish.text, request.filters, literal=request.literal, counts_people=self._counts_people
        )
        wish = replace(wish, text=reading.text)
        text = unframed(wish.text)
        words = IndexQuery(
            text=text,
            phrases=wish.phrases,
            prefixes=wish.prefixes,
            excluded=(*wish.excluded, *reading.excluded),
            filters=reading.filters,
            synonyms=synonyms_for(text, self._synonyms),
            sort=request.sort,
        )
        by_meaning = (
            bool(wish.meaning) and request.mode is not Mode.KEYWORD and request.sort is Sort.RELEVANCE
        )
        encoded = self._encoder.encode(wish.meaning) if by_meaning else None
        query = replace(words, vector=encoded.vector if encoded else None)
        if request.mode is Mode.SEMANTIC and encoded:
            query = replace(query, text="", synonyms=())
        return Asked(
            query=query,
            words=words,
            weight=encoded.weight if encoded else 0.0,
            degraded=by_meaning and encoded is None,
            understood=reading.understood,
        )

    def _counts_people(self) -> bool:
        try:
            return "people" in self._embedder().manifest.knows
        except Exception:
            logger.exception("The model cannot say whether it counts people.")
            return False
