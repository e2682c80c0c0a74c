"""The document of the whole API, from the code of all services."""

from __future__ import annotations

import json
from importlib import import_module, metadata
from typing import Any

from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer

from functions.manifest import FUNCTIONS
from functions.routes import ROUTES
from functions.runtime.http import Api
from functions.runtime.problems import Problem
from tools.openapi.merge import Document, merge
from tools.openapi.tidy import tidy

_DESCRIPTION = """\
An open image marketplace.

Every error is a problem (RFC 9457, `application/problem+json`) with a stable `code`; docs/api/problems.md
lists them. Only the gateway itself answers otherwise: 401 to a missing or wrong access token, 413, 429 and
503 at its own limits, each as `{"message": …}`.

`POST` takes JSON of at most 64 KiB, or of a picture of at most 4 MB where one is compared. Every answer of
ours carries `X-Request-Id`. New fields may be added to answers at any time; nothing is removed or renamed
below `/v1`.
"""

_BEARER = HTTPBearer(bearerFormat="JWT", description="The access token of `login` or `refreshSession`.")
_GATEWAY_MESSAGE: Document = {
    "type": "object",
    "description": "What the gateway itself says.",
    "properties": {"message": {"type": "string"}},
    "required": ["message"],
}


def services() -> dict[str, Api]:
    """Every service that answers a route, in the order of the manifest."""
    modules = {spec.name: spec.handler.rpartition(".")[0] for spec in FUNCTIONS}
    names = dict.fromkeys(route.function for route in ROUTES)
    apis = [import_module(modules[name]).api for name in names]
    return {api.service: api for api in apis}


def build() -> Document:
    """The document, as JSON-like data."""
    merged = merge(
        {name: tidy(_of_service(api)) for name, api in services().items()} | {"problems": _shared()}
    )
    tags = dict.fromkeys(
        tag for item in merged["paths"].values() for operation in item.values() for tag in operation["tags"]
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Lumenstock",
            "version": metadata.version("lumenstock"),
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in sorted(tags)],
        **merged,
    }


def _of_service(api: Api) -> Document:
    text = api.resolver.get_openapi_json_schema(
        title=api.service, version="1", security_schemes={"accessToken": _BEARER}
    )
    document: dict[str, Any] = json.loads(text)
    return document


def _shared() -> Document:
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = {**problem.pop("$defs"), "Problem": problem, "GatewayMessage": _GATEWAY_MESSAGE}
    shared = tidy({"paths": {}, "components": {"schemas": schemas}})
    shared["components"]["securitySchemes"] = {
        "accessToken": _BEARER.model_dump(mode="json", by_alias=True, exclude_none=True)
    }
    return shared
