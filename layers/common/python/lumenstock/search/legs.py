"""Both legs of a question, or the one that answers."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from lumenstock.kernel.breaker import CircuitBreaker
from lumenstock.kernel.clock import Clock
from lumenstock.kernel.errors import SearchUnavailableError
from lumenstock.search.ports import IndexAnswer, IndexQuery, SearchIndex

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer to ``query``, which is what was asked in the end; ``lost`` says whether a leg is missing."""

    query: IndexQuery
    answer: IndexAnswer
    lost: bool = False


class Legs:
    """Asks an index for both legs; when that fails, for the words alone, and then for the vector alone."""

    def __init__(self, index: SearchIndex, clock: Clock) -> None:
        """Both legs start trusted."""
        self._index = index
        self._words = CircuitBreaker(clock)
        self._vector = CircuitBreaker(clock)

    def ask(self, query: IndexQuery) -> Answered:
        """Answer ``query``, as far as it can be.

        Without its words, phrases and beginnings go too; filters and exclusions stay.

        Raises:
            SearchUnavailableError: No leg answers.
        """
        if query.vector is None or not query.worded:
            return Answered(query, self._index.query(query))
        words, vector = self._words.allows(), self._vector.allows()
        if words and vector and (whole := self._tried(query)) is not None:
            self._words.succeeded()
            self._vector.succeeded()
            return Answered(query, whole)
        if words:
            by_words = replace(query, vector=None)
            answer = self._noted(self._words, by_words)
            if answer is not None:
                if vector:  # together they did not answer
                    self._vector.failed()
                return Answered(by_words, answer, lost=True)
        if vector:
            by_vector = replace(query, text="", phrases=(), prefixes=(), synonyms=())
            answer = self._noted(self._vector, by_vector)
            if answer is not None:
                return Answered(by_vector, answer, lost=True)
        message = "No leg of the search answers."
        raise SearchUnavailableError(message)

    def _noted(self, breaker: CircuitBreaker, query: IndexQuery) -> IndexAnswer | None:
        answer = self._tried(query)
        if answer is None:
            breaker.failed()
        else:
            breaker.succeeded()
        return answer

    def _tried(self, query: IndexQuery) -> IndexAnswer | None:
        try:
            return self._index.query(query)
        except SearchUnavailableError:
            logger.warning("A leg of the search does not answer.", exc_info=True)
            return None
