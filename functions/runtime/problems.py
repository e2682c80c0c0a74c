"""Errors as the client sees them: problem details, RFC 9457. Every code is in docs/api/problems.md."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler.exceptions import ServiceError as RouterError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field

from lumenstock.adapters.aws.faults import is_temporary
from lumenstock.kernel.errors import (
    FieldError,
    InvalidInputError,
    LumenstockError,
    MethodNotAllowedError,
    NotFoundError,
    UnavailableError,
)

PROBLEM_MEDIA_TYPE = "application/problem+json"

# Seconds: short for a race that is over soon, longer where a limit or an outage has to pass.
_RETRY_AFTER_S = {HTTPStatus.CONFLICT: 1, HTTPStatus.TOO_MANY_REQUESTS: 10, HTTPStatus.SERVICE_UNAVAILABLE: 5}

_PLACES = {"body", "query", "path", "header", "cookie"}


class ProblemField(BaseModel):
    """One thing that is wrong with one field."""

    pointer: str = Field(description="JSON pointer into the body, or the name of a parameter.")
    code: str = Field(description="Stable machine code.")
    detail: str = Field(description="A sentence for a person.")


class Problem(BaseModel):
    """An error, after RFC 9457. Some codes bring members of their own; docs/api/problems.md names them."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="`/problems/` and the code.")
    title: str
    status: int
    detail: str = Field(description="A sentence for a person: what is wrong and, where possible, what to do.")
    instance: str = Field(description="Path of the request.")
    code: str = Field(description="Stable machine code; the last part of `type`.")
    request_id: str = Field(description="Name it when you ask for help; also in `X-Request-Id`.")
    errors: list[ProblemField] = Field(default=[], description="What is wrong with single fields.")


def as_lumenstock_error(error: Exception) -> LumenstockError | None:
    """The public error that ``error`` stands for; None if it is a bug."""
    if isinstance(error, LumenstockError):
        return error
    if isinstance(error, RequestValidationError):
        return InvalidInputError(errors=tuple(_field_error(item) for item in error.errors()))
    if isinstance(error, RouterError) and error.status_code == HTTPStatus.NOT_FOUND:
        return NotFoundError("There is nothing at this address.")
    if is_temporary(error):
        return UnavailableError("A part that is needed does not answer. Try again.")
    return None


def problem_answer(error: LumenstockError, *, instance: str, request_id: str) -> dict[str, Any]:
    """The gateway's answer (payload format 2.0) for ``error``."""
    problem = Problem(
        type=f"/problems/{error.code}",
        title=error.title,
        status=error.status,
        detail=error.detail,
        instance=instance,
        code=error.code,
        request_id=request_id,
        errors=[
            ProblemField(pointer=item.pointer, code=item.code, detail=item.detail) for item in error.errors
        ],
    )
    body = json.dumps({**problem.model_dump(), **error.members}, ensure_ascii=False)
    headers = {"Content-Type": PROBLEM_MEDIA_TYPE, "Cache-Control": "no-store"}
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, MethodNotAllowedError):
        headers["Allow"] = ", ".join(error.allowed)
    if error.retryable:
        headers["Retry-After"] = str(_RETRY_AFTER_S[HTTPStatus(error.status)])
    return {"statusCode": error.status, "headers": headers, "body": body}


def documented(errors: Sequence[type[LumenstockError]]) -> dict[int, dict[str, Any]]:
    """OpenAPI responses for ``errors``, one a status, each code with an example."""
    by_status: dict[int, list[type[LumenstockError]]] = {}
    for error in errors:
        codes = by_status.setdefault(error.status, [])
        if error not in codes:
            codes.append(error)
    return {status: _documented_status(kinds) for status, kinds in sorted(by_status.items())}


def _documented_status(kinds: Sequence[type[LumenstockError]]) -> dict[str, Any]:
    examples = {kind.code: {"summary": kind.title, "value": _example(kind)} for kind in kinds}
    response: dict[str, Any] = {
        "description": " ".join(f"`{kind.code}`: {_first_line(kind)}" for kind in kinds),
        "content": {
            PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}
        },
    }
    if any(kind.retryable for kind in kinds):
        response["headers"] = {
            "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}
        }
    return response


def _example(kind: type[LumenstockError]) -> Mapping[str, object]:
    return {
        "type": f"/problems/{kind.code}",
        "title": kind.title,
        "status": kind.status,
        "detail": _first_line(kind),
        "instance": "/v1/…",
        "code": kind.code,
        "request_id": "JKJaXmPLvHcESHA=",
        "errors": [],
    }


def _first_line(kind: type[LumenstockError]) -> str:
    return (kind.__doc__ or kind.title).splitlines()[0]


def _field_error(item: Mapping[str, Any]) -> FieldError:
    """What Powertools and pydantic found, without the value: it may be a password."""
    place, *path = [str(part).replace("~", "~0").replace("/", "~1") for part in item["loc"]] or [""]
    if place not in _PLACES:
        path = [place, *path]
    pointer = "".join(f"/{part}" for part in path) if place == "body" else ".".join(path)
    # A pattern says little to a person.
    known = {
        "string_pattern_mismatch": "This does not have the right form, or has characters it may not have."
    }
    detail = known.get(item["type"], item["msg"].removeprefix("Value error, "))
    return FieldError(pointer=pointer, code=item["type"], detail=detail)
