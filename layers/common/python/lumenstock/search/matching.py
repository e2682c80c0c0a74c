"""Which words of a document a question matches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lumenstock.kernel.ids import ImageId
from lumenstock.search.document import Document
from lumenstock.search.ports import IndexQuery

WordsOf = Callable[[str], list[str]]


def matched_words(
    query: IndexQuery, documents: Sequence[Document], stems_of: WordsOf, written_words_of: WordsOf
) -> Mapping[ImageId, frozenset[str]]:
    """The words of each document, as they are written there, that ``query`` matches.

    Args:
        query: What was asked.
        documents: Where to look.
        stems_of: An engine's stems of a text that are no stop words.
        written_words_of: Its words of a text, folded, in their order.
    """
    matcher = _Matcher(stems_of, written_words_of)
    return {document.id: matcher.matched(query, document) for document in documents}


@dataclass(frozen=True, slots=True)
class _Matcher:
    stems_of: WordsOf
    written_words_of: WordsOf

    def matched(self, query: IndexQuery, document: Document) -> frozenset[str]:
        texts = [
            self.written_words_of(text) for text in (document.title, *document.tags, document.description)
        ]
        stems, phrases = self._wanted(query)
        prefixes = tuple(words[0] for words in map(self.written_words_of, query.prefixes) if len(words) == 1)
        return frozenset(
            [word for words in texts for word in words if stems & _stems(self.stems_of, word)]
            + [word for words in texts for word in words if word.startswith(prefixes)]
            + [word for phrase in phrases if any(_holds(words, phrase) for words in texts) for word in phrase]
        )

    def _wanted(self, query: IndexQuery) -> tuple[set[str], list[list[str]]]:
        """The stems, and the phrases in words, that count for ``query``."""
        stems = set(self.stems_of(query.text))
        speaking = [entry for entry in query.synonyms if stems.intersection(self.stems_of(entry.word))]
        others = [(other, self.written_words_of(other)) for entry in speaking for other in entry.others]
        stems.update(stem for other, words in others if len(words) == 1 for stem in self.stems_of(other))
        phrases = [
            *map(self.written_words_of, query.phrases),
            *(words for _, words in others if len(words) > 1),
        ]
        return stems, [words for words in phrases if words]


@lru_cache(maxsize=50_000)
def _stems(stems_of: WordsOf, word: str) -> frozenset[str]:
    """Remembered: a page has some 600 words, most of them again and again."""
    return frozenset(stems_of(word))


def _holds(words: Sequence[str], phrase: Sequence[str]) -> bool:
    return any(words[at : at + len(phrase)] == phrase for at in range(len(words) - len(phrase) + 1))
