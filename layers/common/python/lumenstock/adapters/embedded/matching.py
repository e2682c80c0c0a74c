"""Which words of a document a question matches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lumenstock.adapters.embedded.fields import words_of, written_words_of
from lumenstock.search.document import Document
from lumenstock.search.ports import IndexQuery


def matched_words(query: IndexQuery, document: Document) -> frozenset[str]:
    """The words of ``document``, as they are written there, that ``query`` matches."""
    texts = [written_words_of(text) for text in (document.title, *document.tags, document.description)]
    stems, phrases = _wanted(query)
    prefixes = tuple(words[0] for words in map(written_words_of, query.prefixes) if len(words) == 1)
    return frozenset(
        [word for words in texts for word in words if stems.intersection(words_of(word))]
        + [word for words in texts for word in words if word.startswith(prefixes)]
        + [word for phrase in phrases if any(_holds(words, phrase) for words in texts) for word in phrase]
    )


def _wanted(query: IndexQuery) -> tuple[set[str], list[list[str]]]:
    """The stems, and the phrases in words, that count for ``query``."""
    stems = set(words_of(query.text))
    speaking = [entry for entry in query.synonyms if stems.intersection(words_of(entry.word))]
    others = [(other, written_words_of(other)) for entry in speaking for other in entry.others]
    stems.update(_all_stems(other for other, words in others if len(words) == 1))
    phrases = [*map(written_words_of, query.phrases), *(words for _, words in others if len(words) > 1)]
    return stems, [words for words in phrases if words]


def _all_stems(texts: Iterable[str]) -> list[str]:
    return [stem for text in texts for stem in words_of(text)]


def _holds(words: Sequence[str], phrase: Sequence[str]) -> bool:
    return any(words[at : at + len(phrase)] == phrase for at in range(len(words) - len(phrase) + 1))
