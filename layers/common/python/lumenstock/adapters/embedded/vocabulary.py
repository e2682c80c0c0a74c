"""Which words, titles and tags there are: what may be completed, and what may be meant."""

from __future__ import annotations

from collections.abc import Sequence

import tantivy
from tantivy import Query

from lumenstock.adapters.embedded.counting import count
from lumenstock.adapters.embedded.fields import SCHEMA, words_of, written_words_of
from lumenstock.adapters.embedded.queries import everything
from lumenstock.adapters.embedded.words import excluded_query
from lumenstock.search.ports import Suggestion
from lumenstock.search.spelling import SAME_START, distance, edits_allowed, meant


def suggestions(searcher: tantivy.Searcher, beginning: str, limit: int) -> tuple[Suggestion, ...]:
    """Titles and tags that begin with ``beginning``, those of most documents first."""
    # The filter leaves out what only removed documents have, which stay in a segment until it is merged.
    found = searcher.terms_with_prefix("suggestion", beginning, everything(), limit)
    return tuple(Suggestion(text, documents) for text, documents in found if documents)


def corrections(searcher: tantivy.Searcher, words: Sequence[str]) -> dict[str, str]:
    """What is meant by those of ``words`` that are nowhere."""
    return {word: found for word in words if (found := _correction(searcher, word)) is not None}


def _correction(searcher: tantivy.Searcher, text: str) -> str | None:
    written = written_words_of(text)
    if len(written) != 1 or not words_of(text) or count(searcher, excluded_query(text)):
        return None
    (word,) = written
    most = edits_allowed(word)
    if not most:
        return None
    terms = searcher.terms_with_prefix("written", word[:SAME_START])
    near = [term for term, _ in terms if distance(word, term, most) <= most]
    known = {term: count(searcher, Query.term_query(SCHEMA, "written", term, "basic")) for term in near}
    return meant(word, known)
