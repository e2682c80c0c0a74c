"""What makes a document match words, and how much: the numbers that every engine shares."""

from __future__ import annotations

FIELD_WEIGHTS = {"title": 10.0, "tags": 5.0, "description": 1.0}

# Lucene's English list, which OpenSearch calls `_english_`.
_ENGLISH = (
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these "
    "they this to was will with"
)
STOP_WORDS = tuple(_ENGLISH.split())

# A synonym in place of the word itself: less than the word in a weightier field, more than none.
SYNONYM_WEIGHT = 0.5


def words_required(words: int) -> int:
    """How many of ``words`` distinct query words a document must hold: all of 2, else 75 % rounded down.

    Source: OpenSearch ``minimum_should_match: "2<75%"``.
    """
    return words if words <= 2 else words * 3 // 4  # noqa: PLR2004 - the formula above
