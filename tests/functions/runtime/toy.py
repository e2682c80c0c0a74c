"""A service with one operation of each shape, and the event that calls it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query
from pydantic import Field

from functions.runtime.http import Api
from functions.runtime.principal import CONTRIBUTORS, Caller
from functions.runtime.schema import WHOLE, AnswerModel, RequestModel
from lumenstock.kernel.errors import SearchUnavailableError
from tests.functions.gateway import Answer, Person

api = Api("toy", max_body_bytes=200)


class Order(RequestModel):
    """What comes in."""

    item_name: str = Field(min_length=1, max_length=5)
    count: Annotated[int, WHOLE] = 1


class Receipt(AnswerModel):
    """What goes out."""

    who: str
    item_name: str


@api.operation(
    "POST", "/orders/<shelf>", id="order", tag="toy", summary="Order", returns="Done.", access=CONTRIBUTORS,
    status=201,
)  # fmt: skip
def order(
    shelf: Annotated[str, Path(pattern="^[a-z]+$")], body: Annotated[Order, Body()], caller: Caller
) -> Receipt:
    return Receipt(who=caller.id, item_name=f"{shelf}/{body.item_name}")


@api.operation("GET", "/things", id="things", tag="toy", summary="Things", returns="Them.", etag=True)
def things(q: Annotated[str, Query(max_length=9)] = "") -> Receipt:
    if q == "down":
        raise SearchUnavailableError
    if q == "bug":
        message = "the password is hunter2"
        raise RuntimeError(message)
    if q == "untrue":
        return {"who": "hunter2", "itemName": 7}  # type: ignore[return-value]
    return Receipt(who="all", item_name=q)


@api.operation("DELETE", "/things", id="clear", tag="toy", summary="Clear", returns="Gone.", status=204)
def clear() -> None:
    return None


@api.operation("GET", "/moved", id="moved", tag="toy", summary="Moved", returns="There.", status=302)
def moved() -> Response[None]:
    return Response(status_code=302, headers={"Location": "/elsewhere"})


def call(
    method: str,
    path: str,
    *,
    query: Mapping[str, str] | None = None,
    body: str | None = None,
    headers: Mapping[str, str] | None = None,
    person: Person | None = None,
    base64: bool = False,
) -> Answer:
    """Call the service as the gateway would."""
    context: dict[str, Any] = {
        "requestId": "r-1",
        "stage": "$default",
        "http": {"method": method, "path": path},
    }
    if person is not None:
        context["authorizer"] = {"jwt": {"claims": person.claims()}}
    event = {
        "version": "2.0",
        "routeKey": f"{method} {path if path.count('/') == 1 else '/orders/{shelf}'}",
        "rawPath": path,
        "rawQueryString": "",
        "queryStringParameters": dict(query) if query else None,
        "headers": dict(headers) if headers is not None else {"content-type": "application/json"},
        "requestContext": context,
        "body": body,
        "isBase64Encoded": base64,
    }
    answer = api.handler(event, None)
    json.dumps(answer)
    return Answer(
        answer["statusCode"],
        {name.lower(): value for name, value in answer["headers"].items()},
        answer["body"],
    )
