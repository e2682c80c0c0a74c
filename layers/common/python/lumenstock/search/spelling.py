"""Which word somebody meant who wrote one that is nowhere: the rule that every engine follows."""

from __future__ import annotations

from collections.abc import Mapping

# Shorter words have too many neighbours, and hardly anybody misses the first letter.
# Source: the defaults of OpenSearch's term suggester (min_word_length, prefix_length, max_edits).
MIN_LETTERS = 4
SAME_START = 1
_LONG = 6


def edits_allowed(word: str) -> int:
    """In how many places another word may differ: none below 4 letters, 1 below 6, else 2."""
    if len(word) < MIN_LETTERS:
        return 0
    return 1 if len(word) < _LONG else 2


def meant(word: str, known: Mapping[str, int]) -> str | None:
    """The word of ``known`` that is nearest to ``word``, if any is near enough.

    Args:
        word: Folded, as it was written.
        known: Words that there are, folded, with the number of documents that hold each.

    Returns:
        Of those with the same first letter and at most :func:`edits_allowed` edits away, the one with the
        fewest edits; of these the one in most documents; of these the first by alphabet.
    """
    most = edits_allowed(word)
    near = [
        (edits, -documents, other)
        for other, documents in known.items()
        if documents > 0
        and other[:SAME_START] == word[:SAME_START]
        and 0 < (edits := distance(word, other, most)) <= most
    ]
    return min(near)[2] if near else None


def distance(one: str, other: str, most: int) -> int:
    """Letters to insert, delete, replace, or swap with their neighbour, to make ``one`` of ``other``.

    Counting stops at ``most + 1``. Source: optimal string alignment, Boytsov (2011), section 2.2.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        above, row = row, [at]
        for to, against in enumerate(other, start=1):
            replaced = above[to - 1] + (letter != against)
            best = min(replaced, above[to] + 1, row[to - 1] + 1)
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == against:
                best = min(best, before[to - 2] + 1)
            row.append(best)
        if min(row) > most:
            return most + 1
        before = above
    return min(row[-1], most + 1)
