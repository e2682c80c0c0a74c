"""What an operation can answer, for its documentation: derived from its shape, so that it stays true."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, get_args, get_type_hints

from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import BaseModel

from functions.runtime.body import JSON_MEDIA_TYPE
from functions.runtime.idempotency import IdempotencyKey
from functions.runtime.preconditions import IfMatch
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
    PreconditionFailedError,
    PreconditionRequiredError,
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
    versioned: bool,
    links: Mapping[str, Mapping[str, str]],
) -> dict[int, Any]:
    """OpenAPI responses of an operation: its success, its own errors, and those that follow from its shape.

    A body can be of the wrong type, too large or broken; a parameter can be wrong; a path parameter may hold
    what no route matches; a caller may be nobody, or not allowed; and there can be a bug anywhere.
    """
    hints = get_type_hints(handler, include_extras=True)
    inputs = [hints[name] for name in inspect.signature(handler).parameters if hints[name] != Caller]
    kinds: list[type[LumenstockError]] = [
        LumenstockError,
        *errors,
        *_from_shape(method, path, inputs, access),
    ]
    success = _success(
        hints.get("return"), status, returns, tag=_ETAG if etag else _VERSION_TAG if versioned else None
    )
    if links:
        success["links"] = {
            follower: {"operationId": follower, "parameters": dict(parameters)}
            for follower, parameters in links.items()
        }
    responses = {status: success, **documented(kinds)}
    if etag:
        responses[HTTPStatus.NOT_MODIFIED] = {"description": "The client has this already.", "headers": _ETAG}
    if access.signed_in:
        responses[HTTPStatus.UNAUTHORIZED]["content"][JSON_MEDIA_TYPE] = _GATEWAY_REFUSAL
    return {int(code): responses[code] for code in sorted(responses)}


def _from_shape(
    method: str, path: str, inputs: Sequence[Any], access: Access
) -> Iterator[type[LumenstockError]]:
    if method in _WITH_BODY:
        yield from (BadRequestError, PayloadTooLargeError, UnsupportedMediaTypeError, InvalidInputError)
    if inputs:
        yield InvalidInputError
    if "<" in path:
        yield NotFoundError
    if access.signed_in:
        yield NotAuthenticatedError
    if access.roles:
        yield ForbiddenError
    if IfMatch in inputs:
        yield from (PreconditionFailedError, PreconditionRequiredError)
    if IdempotencyKey in inputs:
        yield RequestInProgressError
        if any(isinstance(mark, Body) for hint in inputs for mark in get_args(hint)):
            yield IdempotencyKeyReusedError


_ETAG = {"ETag": {"description": "Strong tag of this answer.", "schema": {"type": "string"}}}
_VERSION_TAG = {
    "ETag": {"description": "The version, in quotes: for `If-Match`.", "schema": {"type": "string"}}
}
_LOCATION = {
    "Location": {"description": "Where it is.", "schema": {"type": "string", "format": "uri-reference"}}
}

# The authorizer refuses a token before our code runs, in the gateway's own words.
_GATEWAY_REFUSAL = {
    "schema": {"$ref": "#/components/schemas/GatewayMessage"},
    "examples": {"gateway": {"summary": "The gateway's own", "value": {"message": "Unauthorized"}}},
}


def _success(
    model: Any,  # noqa: ANN401 - a hint
    status: int,
    returns: str,
    *,
    tag: Mapping[str, Any] | None,
) -> dict[str, Any]:
    success: dict[str, Any] = {"description": returns}
    if tag:
        success["headers"] = tag
    if status in {HTTPStatus.FOUND, HTTPStatus.SEE_OTHER}:
        success["headers"] = _LOCATION
    elif isinstance(model, type) and issubclass(model, BaseModel):
        success["content"] = {JSON_MEDIA_TYPE: {"model": model}}
    return success
