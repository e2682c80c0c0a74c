"""Words, phrases and prefixes of a question as clauses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import snowballstemmer

from lumenstock.adapters.opensearch.mapping import EXACT, Body
from lumenstock.search.ports import Synonym
from lumenstock.search.relevance import FIELD_WEIGHTS, STOP_WORDS, SYNONYM_WEIGHT, words_required

NOTHING: Body = {"match_none": {}}

_RUN = re.compile(r"[^\W_]+")
_STEMMER = snowballstemmer.stemmer("english")  # Porter 2
_STEMS = [f"{name}^{weight:g}" for name, weight in FIELD_WEIGHTS.items()]
_AS_WRITTEN = [f"{name}.{EXACT}^{weight:g}" for name, weight in FIELD_WEIGHTS.items()]


def words_clause(text: str, synonyms: Sequence[Synonym] = ()) -> Body:
    """Documents that hold enough of the words of ``text``, by the best field of each word.

    A text without a word that counts (stop words, punctuation) matches nothing.
    """
    words = _by_stem(text)
    if not words:
        return NOTHING
    others = {stem: entry.others for entry in synonyms for stem in stems_of(entry.word)}
    clauses = [_word_or(word, others.get(stem, ())) for stem, word in words.items()]
    return {"bool": {"should": clauses, "minimum_should_match": words_required(len(words))}}


def phrase_clause(text: str, boost: float = 1.0) -> Body:
    """Documents that hold the words of ``text`` one after another; without words, none."""
    if not written_words_of(text):
        return NOTHING
    return {"multi_match": {"query": text, "fields": _AS_WRITTEN, "type": "phrase", "boost": boost}}


def prefix_clause(text: str) -> Body:
    """Documents with a word that begins with ``text``, each scoring the weight of its weightiest field."""
    words = written_words_of(text)
    if len(words) != 1:
        return NOTHING
    fields = [
        {"match_bool_prefix": {f"{name}.{EXACT}": {"query": text, "boost": weight}}}
        for name, weight in FIELD_WEIGHTS.items()
    ]
    return {"dis_max": {"queries": fields}}


def form_clause(text: str, boost: float = 1.0) -> Body:
    """Documents with any form of the one word in ``text``, or with its words as a phrase.

    A stop word is in none.
    """
    if len(written_words_of(text)) > 1:
        return phrase_clause(text, boost)
    return _best_field(text, boost) if stems_of(text) else NOTHING


def stems_of(text: str) -> list[str]:
    """The distinct stems of ``text``, in the order in which they first come."""
    return list(_by_stem(text))


def written_words_of(text: str) -> list[str]:
    """The words of ``text``, folded, in their order."""
    return [_fold(word) for word in _RUN.findall(text)]


def _by_stem(text: str) -> dict[str, str]:
    """The words of ``text`` that count, by their stem, each as it comes first.

    The engine's own analysis decides what a word finds; this only says which words are the same one.
    """
    words: dict[str, str] = {}
    for word in _RUN.findall(text):
        folded = _fold(word)
        if folded not in STOP_WORDS:
            words.setdefault(_STEMMER.stemWord(folded), word)
    return words


def _word_or(word: str, others: Sequence[str]) -> Body:
    clause = _best_field(word)
    if not others:
        return clause
    return {"dis_max": {"queries": [clause, *(form_clause(other, SYNONYM_WEIGHT) for other in others)]}}


def _best_field(word: str, boost: float = 1.0) -> Body:
    return {"multi_match": {"query": word, "fields": _STEMS, "type": "best_fields", "boost": boost}}


def _fold(word: str) -> str:
    parts = unicodedata.normalize("NFKD", word.lower())
    return "".join(part for part in parts if not unicodedata.combining(part))
