"""The API about itself: its document, whether it answers, and what is not there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError as NoRouteError

from functions.meta.routes import allowed_methods
from functions.runtime.http import Api
from functions.runtime.schema import AnswerModel
from lumenstock.kernel.errors import MethodNotAllowedError, NotFoundError

# The same place in the repository and in the function's code.
_DOCUMENT = Path(__file__).parents[2] / "docs" / "api" / "openapi.json"

api = Api("meta", alone=True)


class Health(AnswerModel):
    """Whether the API answers."""

    status: Literal["ok"] = "ok"


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Answer one request. Nothing here takes a body, so none can be wrong."""
    return api.handler({**event, "body": None}, context)


@api.operation(
    "GET",
    "/v1/openapi.json",
    id="getApiDocument",
    tag="meta",
    summary="Get this document",
    returns="The API as an OpenAPI 3.1 document.",
    etag=True,
    cache_control="public, max-age=300",
)
def document() -> dict[str, Any]:
    """The API as data."""
    return _document()


@api.operation(
    "GET",
    "/v1/health",
    id="getHealth",
    tag="meta",
    summary="See whether the API answers",
    description="Touches nothing behind the API.",
    returns="It does.",
)
def health() -> Health:
    """Say that we are here."""
    return Health()


@api.resolver.not_found
def nothing_here(_: NoRouteError) -> Response[str]:
    """Answer the gateway's catch-all: 405 where the path exists with other methods, else 404.

    Raises:
        MethodNotAllowedError: The path takes other methods.
        NotFoundError: There is no such path.
    """
    request = api.resolver.current_event.request_context.http
    methods = allowed_methods(request.path)
    if not methods:
        message = "There is nothing at this address. GET /v1/openapi.json lists what there is."
        raise NotFoundError(message)
    if request.method == "OPTIONS":
        return Response(
            status_code=HTTPStatus.NO_CONTENT, body="", headers={"Allow": ", ".join([*methods, "OPTIONS"])}
        )
    message = f"This address takes {' and '.join(methods)}."
    raise MethodNotAllowedError(message, allowed=(*methods, "OPTIONS"))


@cache
def _document() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(_DOCUMENT.read_bytes())
    return content
