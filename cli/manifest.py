"""Lists of files to send, with what is to be said about each: CSV, or JSON lines."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TextIO

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from cli.pictures import CaptionsError, Picture, Words, describe, split_words

_JSON_LINES = frozenset({".jsonl", ".ndjson"})


@dataclass(frozen=True, slots=True)
class Unusable:
    """Something that was to be sent and cannot even be looked at.

    Attributes:
        where: The file, the folder, or the line of the manifest.
        code: Stable, for programs.
        text: What is wrong.
    """

    where: str
    code: str
    text: str


def _words_of(cell: object) -> object:
    return split_words(cell) if isinstance(cell, str) else cell or ()


def _name_of_file(cell: str) -> str:
    if not cell or "\0" in cell:
        raise PydanticCustomError("no_file", "It names no file")
    return cell


_Text = Annotated[str, BeforeValidator(lambda cell: cell or "")]
_List = Annotated[tuple[str, ...], BeforeValidator(_words_of)]


class _Row(BaseModel):
    """One line. What a spreadsheet adds beside these columns does not matter."""

    model_config = ConfigDict(str_strip_whitespace=True)

    filename: Annotated[str, AfterValidator(_name_of_file)]
    title: _Text = ""
    description: _Text = ""
    tags: _List = ()
    categories: _List = Field((), validation_alias=AliasChoices("categories", "category"))


def read_manifest(path: Path, said: Words) -> Iterator[Picture | Unusable]:
    """The pictures that a manifest lists, in its order: ``.jsonl`` and ``.ndjson``, any other ending is CSV.

    A path is meant from the manifest's folder on. A line that makes no sense is told of and passed over.

    Raises:
        CaptionsError: It cannot be read, is not UTF-8, or is CSV without a column ``filename``.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = _json_rows(file) if path.suffix.lower() in _JSON_LINES else _csv_rows(path, file)
            for number, row in lines:
                if isinstance(row, _Row):
                    words = Words(row.title, row.description, row.tags, row.categories)
                    yield describe(path.parent / row.filename, words, said)
                else:
                    yield Unusable(f"{path}:{number}", "unreadable_line", _what_is_wrong(row))
    except (UnicodeDecodeError, csv.Error, OSError) as cause:
        raise CaptionsError(f"{path} cannot be read: {cause}.") from cause


def _json_rows(file: TextIO) -> Iterator[tuple[int, _Row | ValidationError]]:
    for number, line in enumerate(file, 1):
        if line.strip():
            try:
                yield number, _Row.model_validate_json(line)
            except ValidationError as error:
                yield number, error


def _csv_rows(path: Path, file: TextIO) -> Iterator[tuple[int, _Row | ValidationError]]:
    rows = csv.DictReader(file)
    if "filename" not in (rows.fieldnames or ()):
        raise CaptionsError(f"{path} has no column filename.")
    for row in rows:
        try:
            yield rows.line_num, _Row.model_validate(row)
        except ValidationError as error:
            yield rows.line_num, error


def _what_is_wrong(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    column = ".".join(map(str, first["loc"]))
    return f"{column}: {first['msg']}." if column else f"{first['msg']}."
