"""Error answers as the typed errors of the kernel, so that a caller catches what the server raised."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from lumenstock.kernel.errors import (
    ClientError,
    FieldError,
    LumenstockError,
    NotAuthenticatedError,
    ServiceError,
    UnavailableError,
)


class UnreachableError(UnavailableError):
    """No answer came: nothing listens there, or the network failed."""

    code, title = "unreachable", "Unreachable"


class UnexpectedAnswerError(ServiceError):
    """What answers there does not speak this API."""

    code, title = "unexpected_answer", "Unexpected answer"


class _Field(BaseModel):
    pointer: str = ""
    code: str = ""
    detail: str = ""


class _Problem(BaseModel):
    """RFC 9457, with our members. The gateway's own 401 has only ``message``."""

    model_config = ConfigDict(extra="allow")

    type: str = ""
    title: str = ""
    code: str = ""
    detail: str = ""
    message: str = ""
    request_id: str = ""
    errors: list[_Field] = []


def error_of(response: httpx.Response) -> LumenstockError:
    """The error that a response of status 400 or more stands for; a note carries the request id."""
    try:
        problem = _Problem.model_validate_json(response.content)
    except ValidationError:
        problem = _Problem(detail=f"The server answered {response.status_code} {response.reason_phrase}.")
    kind = _kind(response.status_code, problem.code or problem.type.rpartition("/")[2])
    fields = tuple(FieldError(item.pointer, item.code, item.detail) for item in problem.errors)
    # Some classes word their own text from arguments; here the text is the server's.
    error = kind.__new__(kind)
    text = problem.detail or problem.title or problem.message
    LumenstockError.__init__(error, text, errors=fields, members=problem.model_extra)
    if problem.request_id:
        error.add_note(f"request {problem.request_id}")
    return error


def describe(cause: httpx.TransportError) -> str:
    """What went wrong on the wire; a time-out has no text of its own."""
    return str(cause) or type(cause).__name__


def _kind(status: int, code: str) -> type[LumenstockError]:
    """The class of that code, else the nearest one of that status."""
    known = list(_descendants(LumenstockError))
    for kind in known:
        if kind.code == code and kind.status == status:
            return kind
    if status == HTTPStatus.UNAUTHORIZED:
        return NotAuthenticatedError
    for kind in known:
        if kind.status == status and kind not in {ClientError, LumenstockError, ServiceError}:
            return kind
    return ServiceError if status >= HTTPStatus.INTERNAL_SERVER_ERROR else ClientError


def _descendants(kind: type[LumenstockError]) -> Iterator[type[LumenstockError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _descendants(child)
