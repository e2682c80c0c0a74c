"""Words for pictures."""

from __future__ import annotations

from dataclasses import dataclass

from tools.scenes.chance import Chance
from tools.scenes.light import Light

_OPENINGS = ("", "", "", "", "a photo of ", "a picture of ", "image of ", "beautiful ", "view of ")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a painter says of its picture.

    Attributes:
        words: The caption without an opening, such as ``sailboat on a calm sea at sunset``.
        tags: What is in it: things, light, colours; without the kind's own name.
    """

    words: str
    tags: tuple[str, ...] = ()


def in_light(chance: Chance, light: Light, nouns: tuple[str, ...]) -> str:
    """One of ``nouns`` with the light before or after it, or not mentioned (one time in four)."""
    noun, how = chance.choice(nouns), chance.random()
    if how < 0.3:
        return f"{chance.choice(light.adjectives)} {noun}"
    return noun if how > 0.75 else f"{noun} {chance.choice(light.phrases)}"


def opened(chance: Chance, words: str) -> str:
    """The caption: ``words`` with or without an opening such as ``a photo of``."""
    return chance.choice(_OPENINGS) + words


def a(words: str) -> str:
    """``words`` with the indefinite article."""
    return ("an " if words[0] in "aeiou" else "a ") + words
