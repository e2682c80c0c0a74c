"""Words that find each other: read from ``synonyms.txt`` beside this module, where they can be edited."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from lumenstock.search.ports import Synonym

FILE = Path(__file__).with_name("synonyms.txt")

_RUN = re.compile(r"[^\W_]+")

Others = Mapping[str, tuple[str, ...]]


@cache
def shipped() -> Others:
    """What the file says."""
    return parse(FILE.read_text(encoding="utf-8"))


def parse(text: str) -> Others:
    """By single word: what else may stand for it.

    Args:
        text: One group a line, ``a, b, c d``; ``a => b, c`` goes one way; ``#`` begins a comment.

    Raises:
        ValueError: A line says nothing.
    """
    others: dict[str, dict[str, None]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        group = line.partition("#")[0].strip()
        if not group:
            continue
        left, arrow, right = group.partition("=>")
        members = _members(left)
        reached = _members(right) if arrow else members
        if not members or not reached or (not arrow and len(members) == 1):
            message = f"Line {number} of the synonyms joins nothing: {line!r}"
            raise ValueError(message)
        for word in (member for member in members if " " not in member):
            others.setdefault(word, {}).update(dict.fromkeys(other for other in reached if other != word))
    return {word: tuple(found) for word, found in others.items()}


def synonyms_for(text: str, others: Others) -> tuple[Synonym, ...]:
    """The synonyms of the words of ``text``, be they in the plural."""
    words = dict.fromkeys(_RUN.findall(_folded(text)))
    found = ((word, next((others[form] for form in _forms(word) if form in others), ())) for word in words)
    return tuple(Synonym(word, reached) for word, reached in found if reached)


def _forms(word: str) -> tuple[str, ...]:
    return word, word.removesuffix("s"), word.removesuffix("es"), f"{word.removesuffix('ies')}y"


def _members(text: str) -> list[str]:
    return [" ".join(member.split()) for member in _folded(text).split(",") if member.strip()]


def _folded(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.lower())
    return "".join(part for part in parts if not unicodedata.combining(part))
