"""What stands between the framework and an operation: access before it, headers after it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from pydantic import BaseModel

from functions.runtime.principal import Access

Middleware = Callable[[APIGatewayHttpResolver, NextMiddleware], Response[Any]]


def guard(access: Access) -> Middleware:
    """Let only callers through that ``access`` allows."""

    def check_access(app: APIGatewayHttpResolver, next_middleware: NextMiddleware) -> Response[Any]:
        access.check(app.current_event.raw_event)
        return next_middleware(app)

    return check_access


def finish(status: int, cache_control: str) -> Middleware:
    """Set the headers of a success; where there is no body, there is not even ``null``."""

    def set_headers(app: APIGatewayHttpResolver, next_middleware: NextMiddleware) -> Response[Any]:
        response = next_middleware(app)
        if response.body is None:
            response = Response(status_code=status, body="", headers=_without_type(response))
        response.headers.setdefault("Cache-Control", _for(app, response.body, cache_control))
        return response

    return set_headers


def _for(app: APIGatewayHttpResolver, body: object, cache_control: str) -> str:
    """What may be kept of an answer.

    Of what all may see, nothing that somebody signed in was told, and nothing ``degraded``: the next one who
    asks may get the whole answer.
    """
    signed_in = "authorization" in app.current_event.headers
    degraded = isinstance(body, dict) and body.get("degraded", False)
    return "no-store" if (signed_in or degraded) and cache_control.startswith("public") else cache_control


def _without_type(response: Response[Any]) -> dict[str, str | list[str]]:
    return {name: value for name, value in response.headers.items() if name.lower() != "content-type"}


def conditional(app: APIGatewayHttpResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """Tag the answer with a hash of its bytes; 304 to a client that has them.

    Source: RFC 9110, 8.8.3 and 13.1.2. A weak tag matches too: If-None-Match compares weakly.
    """
    response = next_middleware(app)
    body = _compact(response.body)
    tag = _tag(body)
    if _has(app.current_event.headers.get("if-none-match", ""), tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, body="", headers={"ETag": tag})
    response.headers["ETag"] = tag
    response.body = body
    return response


def is_held(if_none_match: str, answer: BaseModel) -> bool:
    """Whether a client that sends ``if_none_match`` has ``answer`` already; then it will get 304."""
    return _has(if_none_match, _tag(_compact(answer.model_dump(mode="json", by_alias=True))))


def _compact(body: object) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _tag(body: str) -> str:
    return f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'


def _has(if_none_match: str, tag: str) -> bool:
    held = {candidate.strip().removeprefix("W/") for candidate in if_none_match.split(",")}
    return bool(held & {tag, "*"})


def tag_version(app: APIGatewayHttpResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """Tag the answer with its ``version``. Never 304: the signed addresses in it change every time."""
    response = next_middleware(app)
    body: dict[str, Any] = response.body or {}
    response.headers["ETag"] = f'"{body["version"]}"'
    return response
