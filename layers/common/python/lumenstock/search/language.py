"""The language of the search box: words, "phrases", beginnings*, and -exclusions."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PIECE = re.compile(r'(?P<phrase>-?"[^"]*")|(?P<bare>\S+)')
# A beginning of one letter would be half of the dictionary.
_PREFIX = re.compile(r"(?P<start>[^\W_]{2,})\*")
_EXCLUDED = re.compile(r"-(?P<word>[^\W_].*)")
_RUN = re.compile(r"[^\W_]+")
_FRAME = re.compile(
    r"(?:an? |the |some )?(?:photo(?:graph)?|picture|pic|image|view)s? of (?=\S)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wrote, by what it asks for.

    Attributes:
        text: Plain words.
        phrases: What was in quotes.
        prefixes: What ended in a star, without it.
        excluded: What came after a minus: a word or a phrase.
    """

    text: str = ""
    phrases: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    @property
    def meaning(self) -> str:
        """What a picture should show, for a model that reads: without what it should not."""
        return " ".join([self.text, *self.phrases]).strip()


def read(text: str) -> Wish:
    """Read ``text``. Whatever does not fit the language is plain words: nothing is an error."""
    words: list[str] = []
    phrases: list[str] = []
    prefixes: list[str] = []
    excluded: list[str] = []
    for piece in _PIECE.finditer(text):
        if quoted := piece["phrase"]:
            kept = excluded if quoted.startswith("-") else phrases
            if phrase := _plain(quoted):
                kept.append(phrase)
        elif (prefix := _PREFIX.fullmatch(piece["bare"])) is not None:
            prefixes.append(prefix["start"])
        elif (without := _EXCLUDED.fullmatch(piece["bare"])) is not None:
            excluded.append(_plain(without["word"]))
        else:
            words.append(piece["bare"].replace('"', " ").strip())
    return Wish(" ".join(filter(None, words)), tuple(phrases), tuple(prefixes), tuple(excluded))


def unframed(text: str) -> str:
    """``text`` without an opening such as "a photo of": every picture is one, and few have the word.

    As words to look for, these find what happens to be titled so, and count among those that must be there.
    """
    frame = _FRAME.match(text)
    return text[frame.end() :] if frame else text


def _plain(text: str) -> str:
    return " ".join(_RUN.findall(text))
