"""The HTTP API as far as our handlers see it: routes of the manifest, claims, events of payload format 2.0."""

from __future__ import annotations

import base64
import json as json_
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from functions.manifest import FUNCTIONS
from functions.routes import ROUTES, Route

_HANDLERS = {spec.name: spec.handler for spec in FUNCTIONS}


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in, as the claims of their access token say."""

    id: str = "11111111-aaaa-4bbb-8ccc-222222222222"
    roles: tuple[str, ...] = ()
    token_use: str = "access"

    def claims(self) -> dict[str, str]:
        """What the gateway passes on: every value a string, lists in brackets."""
        claims = {"sub": self.id, "username": self.id, "token_use": self.token_use}
        return claims | ({"cognito:groups": f"[{' '.join(self.roles)}]"} if self.roles else {})


@dataclass(frozen=True)
class Answer:
    """A response; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: str
    route: str = ""

    def json(self) -> Any:
        """The body, parsed."""
        return json_.loads(self.body)

    @property
    def code(self) -> str:
        """The code of a problem, which it must be."""
        assert self.headers["content-type"] == "application/problem+json", self
        problem = self.json()
        assert problem["status"] == self.status
        assert problem["type"] == f"/problems/{problem['code']}"
        assert problem["request_id"] == self.headers["x-request-id"]
        return str(problem["code"])


@dataclass(frozen=True)
class Gateway:
    """Sends requests to the handlers, as the deployed gateway would."""

    request_id: str = "JKJaXmPLvHcESHA="
    seen: list[dict[str, Any]] = field(default_factory=list)

    def request(
        self,
        method: str,
        target: str,
        *,
        json: object = None,
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        person: Person | None = None,
    ) -> Answer:
        """Send one request. ``json`` brings its content type; bytes go as base64, text as it is."""
        url = urlsplit(target)
        route = _route(method, url.path)
        if route.authorised and person is None:
            return Answer(401, {"content-type": "application/json"}, '{"message":"Unauthorized"}')
        event = self._event(method, url.path, url.query, route)
        event["headers"] = {name.lower(): value for name, value in (headers or {}).items()}
        if json is not None:
            event["headers"].setdefault("content-type", "application/json")
            event["body"] = json_.dumps(json)
        elif body is not None:
            event["isBase64Encoded"] = isinstance(body, bytes)
            event["body"] = base64.b64encode(body).decode() if isinstance(body, bytes) else body
        if person is not None:
            event["headers"].setdefault("authorization", f"Bearer token-of-{person.id}")
            event["requestContext"]["authorizer"] = {"jwt": {"claims": person.claims(), "scopes": None}}
        answer = _handler(route)(event, None)
        json_.dumps(answer)  # Lambda does; what cannot be dumped is a 502
        lower = {name.lower(): value for name, value in answer["headers"].items()}
        return Answer(int(answer["statusCode"]), lower, answer["body"], event["routeKey"])

    def _event(self, method: str, path: str, query: str, route: Route) -> dict[str, Any]:
        return {
            "version": "2.0",
            "routeKey": f"{route.method} {route.path}".strip(),
            "rawPath": path,
            "rawQueryString": query,
            "queryStringParameters": dict(parse_qsl(query, keep_blank_values=True)) or None,
            "requestContext": {
                "requestId": self.request_id,
                "stage": "$default",
                "http": {"method": method, "path": path},
            },
            "isBase64Encoded": False,
        }


def _route(method: str, path: str) -> Route:
    """The most specific route: as on AWS, a fixed segment goes before a parameter."""
    fitting = [route for route in ROUTES if route.method == method and _fits(route.path, path)]
    default = next(route for route in ROUTES if route.path == "$default")
    return min(fitting, key=lambda route: route.path.count("{"), default=default)


def _fits(pattern: str, path: str) -> bool:
    wanted, found = pattern.split("/"), path.split("/")
    return len(wanted) == len(found) and all(
        part == given or (part.startswith("{") and given != "")
        for part, given in zip(wanted, found, strict=True)
    )


def _handler(route: Route) -> Callable[[dict[str, Any], None], dict[str, Any]]:
    module, _, name = _HANDLERS[route.function].rpartition(".")
    handler: Callable[[dict[str, Any], None], dict[str, Any]] = getattr(import_module(module), name)
    return handler
