"""The words that a model may say of a picture though nobody taught it our tags: a file that people edit."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from encoders.errors import ModelError

VOCABULARY = Path(__file__).with_suffix(".toml")


class VocabularyError(ModelError):
    """The vocabulary cannot be read."""

    code, title = "vocabulary", "Vocabulary"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Labels and the prompts that say each of them.

    Attributes:
        tags: Prompts by term, such as ``{"oak tree": ("a photo of oak tree.", ...)}``.
        categories: Prompts by category of the marketplace.
        neutral: Prompts that say nothing; a label must be likelier than these.
    """

    tags: dict[str, tuple[str, ...]]
    categories: dict[str, tuple[str, ...]]
    neutral: tuple[str, ...]


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    prompts: tuple[str, ...] = Field(min_length=1)
    terms: str


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    neutral: tuple[str, ...] = Field(min_length=1)
    categories: dict[str, tuple[str, ...]]
    group: tuple[_Group, ...]


def read_vocabulary(file: Path = VOCABULARY) -> Vocabulary:
    """The vocabulary in ``file``.

    Raises:
        VocabularyError: It is not such a file, or a term stands in it twice.
    """
    try:
        read = _File.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        message = f"{file} is no vocabulary: {error}"
        raise VocabularyError(message) from error
    tags: dict[str, tuple[str, ...]] = {}
    for group in read.group:
        for term in _terms(group.terms):
            if term in tags:
                message = f"{file} has the term {term!r} twice."
                raise VocabularyError(message)
            tags[term] = tuple(prompt.replace("{}", term) for prompt in group.prompts)
    return Vocabulary(tags, dict(read.categories), read.neutral)


def _terms(text: str) -> list[str]:
    """Terms between commas; a term may go on in the next line."""
    return [" ".join(term.split()) for term in text.split(",") if term.strip()]
