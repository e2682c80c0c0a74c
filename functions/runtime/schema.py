"""Base classes of what comes in and goes out: camelCase outside, strict in, and no values in error texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic.alias_generators import to_camel

from lumenstock.kernel.ids import ULID_PATTERN


def _written_out(value: object) -> object:
    """Pydantic also takes seconds since 1970, and times at midnight."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) is None:
        message = "A day is written YYYY-MM-DD."
        raise ValueError(message)
    return value


def _a_number(value: object) -> object:
    """In JSON Schema 2.0 is an integer, while ``"2"`` and ``true`` are none; pydantic has no such mode."""
    if isinstance(value, str | bool):
        message = "This must be a whole number."
        raise ValueError(message)  # noqa: TRY004 - pydantic makes a field's error of it
    return value


# The last mark of an integer: before a Field, it would hide that field's bounds from the schema.
WHOLE = BeforeValidator(_a_number)
Day = Annotated[date, BeforeValidator(_written_out)]
ImageIdPath = Annotated[str, Path(pattern=ULID_PATTERN, description="Id of an image, a ULID.")]


def at_least_one_of(**fields: Mapping[str, object]) -> dict[str, Any]:
    """For the ``json_schema_extra`` of a model: one of ``fields`` must be there, and fit its schema here.

    The model itself checks it in a validator, of which the document would know nothing.
    """
    return {"anyOf": [{"properties": {name: fit}, "required": [name]} for name, fit in fields.items()]}


class RequestModel(BaseModel):
    """A request body. An unknown field is refused: it is a slip, or a wish that would go unheard."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        hide_input_in_errors=True,
        validate_by_alias=True,
    )


class AnswerModel(BaseModel):
    """A response body. Clients must ignore fields that they do not know: we add some."""

    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, hide_input_in_errors=True, populate_by_name=True
    )
