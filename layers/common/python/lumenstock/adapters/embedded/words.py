"""Words, phrases and prefixes of a question as tantivy queries."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tantivy import Occur, Query

from lumenstock.adapters.embedded.fields import EXACT, SCHEMA, words_of, written_words_of
from lumenstock.search.ports import Synonym
from lumenstock.search.relevance import FIELD_WEIGHTS, SYNONYM_WEIGHT, words_required


def words_query(text: str, synonyms: Sequence[Synonym] = ()) -> Query:
    """Documents that hold enough of the words of ``text``, by the best field of each word.

    A text without a word that counts (stop words, punctuation) matches nothing.
    """
    words = words_of(text)
    if not words:
        return Query.empty_query()
    others = {stem: synonym.others for synonym in synonyms for stem in words_of(synonym.word)}
    return Query.boolean_query(
        [(Occur.Should, _word_or(word, others.get(word, ()))) for word in words],
        minimum_number_should_match=words_required(len(words)),
    )


def stem_query(stem: str) -> Query:
    """Documents that hold a word with this ``stem``."""
    return _best_field(FIELD_WEIGHTS, [stem])


def phrase_query(text: str) -> Query:
    """Documents that hold the words of ``text`` one after another; without words, none."""
    words = written_words_of(text)
    if not words:
        return Query.empty_query()
    return _best_field({EXACT[name]: weight for name, weight in FIELD_WEIGHTS.items()}, words)


def prefix_query(text: str) -> Query:
    """Documents with a word that begins with ``text``, each scoring the weight of its weightiest field."""
    words = written_words_of(text)
    if len(words) != 1:
        return Query.empty_query()
    pattern = f"{re.escape(words[0])}.*"
    return Query.disjunction_max_query(
        [
            Query.const_score_query(Query.regex_query(SCHEMA, EXACT[name], pattern), weight)
            for name, weight in FIELD_WEIGHTS.items()
        ]
    )


def excluded_query(text: str) -> Query:
    """Documents that ``text`` excludes: any form of one word, or a phrase as it is written."""
    if len(written_words_of(text)) > 1:
        return phrase_query(text)
    return _any_of([stem_query(stem) for stem in words_of(text)])


def _word_or(stem: str, others: Sequence[str]) -> Query:
    word = stem_query(stem)
    if not others:
        return word
    instead = [Query.boost_query(_standing_for(other), SYNONYM_WEIGHT) for other in others]
    return Query.disjunction_max_query([word, *instead])


def _standing_for(text: str) -> Query:
    if len(written_words_of(text)) > 1:
        return phrase_query(text)
    return _any_of([stem_query(stem) for stem in words_of(text)])


def _best_field(weights: dict[str, float], words: list[str]) -> Query:
    """``words`` in a row in one field, scoring as in the field where that is most."""
    return Query.disjunction_max_query(
        [Query.boost_query(_in_a_row(name, words), weight) for name, weight in weights.items()]
    )


def _in_a_row(field: str, words: list[str]) -> Query:
    if len(words) == 1:  # tantivy takes no phrase of one word
        return Query.term_query(SCHEMA, field, words[0], "freq")
    return Query.phrase_query(SCHEMA, field, [*words])


def _any_of(queries: list[Query]) -> Query:
    return Query.disjunction_max_query(queries) if queries else Query.empty_query()
