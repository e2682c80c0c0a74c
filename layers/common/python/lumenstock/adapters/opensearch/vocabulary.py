"""Which words, titles and tags there are: what may be completed, and what may be meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lumenstock.adapters.opensearch.legs import Response
from lumenstock.adapters.opensearch.mapping import WRITTEN, Body
from lumenstock.adapters.opensearch.queries import EVERYTHING
from lumenstock.adapters.opensearch.words import form_clause, stems_of, written_words_of
from lumenstock.search.ports import Suggestion
from lumenstock.search.spelling import MIN_LETTERS, SAME_START, edits_allowed, meant

_FACET, _NEAR = "texts", 50
_MOST_EDITS = 2
_SIGNS = frozenset('.?+*|{}[]()"\\#@&<>~^$-/')  # of Lucene's regular expressions


def suggest_search(beginning: str, limit: int) -> Body:
    """Titles and tags that begin with ``beginning``, those of most documents first."""
    pattern = "".join(f"\\{sign}" if sign in _SIGNS else sign for sign in beginning) + ".*"
    return {
        "query": {"bool": {"filter": [EVERYTHING, {"prefix": {"suggestion": beginning}}]}},
        "size": 0,
        "aggs": {
            _FACET: {
                "terms": {
                    "field": "suggestion",
                    "include": pattern,
                    "size": limit,
                    "order": [{"_count": "desc"}, {"_key": "asc"}],
                }
            }
        },
    }


def suggestions(response: Response) -> tuple[Suggestion, ...]:
    """What :func:`suggest_search` found."""
    buckets = response["aggregations"].get(_FACET, {"buckets": ()})["buckets"]
    return tuple(Suggestion(bucket["key"], bucket["doc_count"]) for bucket in buckets)


def may_be_wrong(words: Sequence[str]) -> list[str]:
    """Those of ``words`` that could be a slip of the pen: one word each, long enough, no stop word."""
    return [
        word
        for word in dict.fromkeys(words)
        if len(written := written_words_of(word)) == 1 and stems_of(word) and edits_allowed(written[0])
    ]


def near_search(words: Sequence[str]) -> Body:
    """For each of ``words`` how many documents hold a form of it, and which written words are near."""
    return {
        "query": EVERYTHING,
        "size": 0,
        "aggs": {_FACET: {"filters": {"filters": {word: form_clause(word) for word in words}}}},
        "suggest": {str(at): _near(word) for at, word in enumerate(words)},
    }


def near_words(words: Sequence[str], response: Response) -> dict[str, list[str]]:
    """What is near to those of ``words`` that no document holds, by :func:`near_search`."""
    held = response["aggregations"].get(_FACET, {"buckets": {}})["buckets"]
    return {
        word: [option["text"] for entry in response["suggest"][str(at)] for option in entry["options"]]
        for at, word in enumerate(words)
        if word in held and not held[word]["doc_count"]
    }


def count_search(texts: Sequence[str]) -> Body:
    """How many documents hold each of ``texts``, as it is written: a suggestion counts removed ones, too."""
    return {
        "query": EVERYTHING,
        "size": 0,
        "aggs": {_FACET: {"filters": {"filters": {text: {"term": {WRITTEN: text}} for text in texts}}}},
    }


def corrected(near: Mapping[str, Sequence[str]], response: Response) -> dict[str, str]:
    """What is meant by each word of ``near``, with the counts of :func:`count_search`."""
    counted = response["aggregations"][_FACET]["buckets"]
    known = {text: bucket["doc_count"] for text, bucket in counted.items()}
    found = {
        word: meant(written_words_of(word)[0], {text: known.get(text, 0) for text in texts})
        for word, texts in near.items()
    }
    return {word: other for word, other in found.items() if other is not None}


def _near(word: str) -> Body:
    return {
        "text": written_words_of(word)[0],
        "term": {
            "field": WRITTEN,
            "suggest_mode": "always",
            "max_edits": _MOST_EDITS,
            "prefix_length": SAME_START,
            "min_word_length": MIN_LETTERS,
            "string_distance": "damerau_levenshtein",
            "size": _NEAR,
        },
    }
