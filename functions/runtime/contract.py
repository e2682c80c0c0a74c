"""What an operation can answer, for its documentation: derived from its shape, so that it stays true."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, get_args, get_type_hints

from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import BaseModel

from functions.runtime.body import JSON_MEDIA_TYPE
from functions.runtime.idempotency import IdempotencyKey
from functions.runtime.principal import Access, Caller
from functions.runtime.problems import documented
from lumenstock.kernel.errors import (
    BadRequestError,
    ForbiddenError,
    IdempotencyKeyReusedError,
    InvalidInputError,
    LumenstockError,
    NotAuthenticatedError,
    NotFoundError,
    PayloadTooLargeError,
    RequestInProgressError,
    UnsupportedMediaTypeError,
)

_WITH_BODY = {"POST", "PUT", "PATCH"}


def responses_of(
    handler: Callable[..., object],
    method: str,
    path: str,
    *,
    status: int,
    returns: str,
    access: Access,
    errors: Sequence[type[LumenstockError]],
    etag: bool,
) -> dict[int, Any]:
    """OpenAPI responses of an operation: its success, its own errors, and those that follow from its shape.

    A body can be of the wrong type, too large or broken; a parameter can be wrong; a path parameter may hold
    what no route matches; a caller may be nobody, or not allowed; and there can be a bug anywhere.
    """
    hints = get_type_hints(handler, include_extras=True)
    inputs = [hints[name] for name in inspect.signature(handler).parameters if hints[name] != Caller]
    kinds: list[type[LumenstockError]] = [LumenstockError, *errors]
    if method in _WITH_BODY:
        kinds += [BadRequestError, PayloadTooLargeError, UnsupportedMediaTypeError, InvalidInputError]
    if inputs:
        kinds.append(InvalidInputError)
    if "<" in path:
        kinds.append(NotFoundError)
    if access.signed_in:
        kinds.append(NotAuthenticatedError)
    if access.roles:
        kinds.append(ForbiddenError)
    if IdempotencyKey in inputs:
        kinds.append(RequestInProgressError)
        if any(isinstance(mark, Body) for hint in inputs for mark in get_args(hint)):
            kinds.append(IdempotencyKeyReusedError)
    responses = {status: _success(hints.get("return"), status, returns, etag=etag), **documented(kinds)}
    if etag:
        responses[HTTPStatus.NOT_MODIFIED] = {"description": "The client has this already.", "headers": _ETAG}
    if access.signed_in:
        responses[HTTPStatus.UNAUTHORIZED]["content"][JSON_MEDIA_TYPE] = _GATEWAY_REFUSAL
    return {int(code): responses[code] for code in sorted(responses)}


_ETAG = {"ETag": {"description": "Strong tag of this answer.", "schema": {"type": "string"}}}
_LOCATION = {
    "Location": {"description": "Where it is.", "schema": {"type": "string", "format": "uri-reference"}}
}

# The authorizer refuses a token before our code runs, in the gateway's own words.
_GATEWAY_REFUSAL = {
    "schema": {"$ref": "#/components/schemas/GatewayMessage"},
    "examples": {"gateway": {"summary": "The gateway's own", "value": {"message": "Unauthorized"}}},
}


def _success(model: Any, status: int, returns: str, *, etag: bool) -> dict[str, Any]:  # noqa: ANN401 - a hint
    success: dict[str, Any] = {"description": returns}
    if etag:
        success["headers"] = _ETAG
    if status in {HTTPStatus.FOUND, HTTPStatus.SEE_OTHER}:
        success["headers"] = _LOCATION
    elif isinstance(model, type) and issubclass(model, BaseModel):
        success["content"] = {JSON_MEDIA_TYPE: {"model": model}}
    return success
