"""Request bodies: JSON objects, checked before the framework sees them.

Powertools also reads forms, takes a body without a type for JSON, unwraps a list around an object, and
lets text that is no UTF-8 fail as a bug; none of that is in our contract.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, NoReturn

from lumenstock.kernel.errors import (
    BadRequestError,
    FieldError,
    InvalidInputError,
    PayloadTooLargeError,
    UnsupportedMediaTypeError,
)

JSON_MEDIA_TYPE = "application/json"


def with_json_body(event: Mapping[str, Any], max_bytes: int) -> dict[str, Any]:
    """A copy of ``event`` whose body, if any, is a JSON object as plain text of at most ``max_bytes``.

    Raises:
        UnsupportedMediaTypeError: There is a body that does not say it is JSON.
        PayloadTooLargeError: It is too long.
        BadRequestError: It is not JSON in UTF-8.
        InvalidInputError: It is JSON, but not an object.
    """
    headers = dict(event.get("headers") or {})
    raw = _raw_body(event)
    media_type = headers.pop("content-type", "").partition(";")[0].strip().lower()
    if not raw:
        return {**event, "headers": headers, "body": None, "isBase64Encoded": False}
    if media_type != JSON_MEDIA_TYPE:
        message = f"Send the body as {JSON_MEDIA_TYPE}."
        raise UnsupportedMediaTypeError(message)
    if len(raw) > max_bytes:
        message = f"The body is larger than {max_bytes} bytes."
        raise PayloadTooLargeError(message)
    try:
        text = raw.decode()
        value = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        message = "The body is not JSON in UTF-8."
        raise BadRequestError(message) from error
    if not isinstance(value, dict):
        raise InvalidInputError(errors=(FieldError("", "object_type", "The body must be a JSON object."),))
    headers["content-type"] = JSON_MEDIA_TYPE
    return {**event, "headers": headers, "body": text, "isBase64Encoded": False}


def _raw_body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    return base64.b64decode(body) if event.get("isBase64Encoded") else str(body).encode()


def _refuse_constant(name: str) -> NoReturn:
    message = f"{name} is not JSON."
    raise ValueError(message)
