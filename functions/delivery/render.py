"""Origin of public files that are not in the bucket yet: makes them, or says that there are none."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Mapping
from typing import Any

from functions.runtime.task import task
from lumenstock import bootstrap
from lumenstock.adapters.aws.flights import DynamoFlight
from lumenstock.catalog.marks import MarkId, payload_of
from lumenstock.imaging.invisible_mark import Pattern
from lumenstock.ingest.on_demand import Address, Marking, OnDemand
from lumenstock.ingest.ports import Flight
from lumenstock.kernel.errors import NotFoundError, UnavailableError
from lumenstock.settings import settings

_READING = frozenset({"GET", "HEAD"})
_FOR_EVER = "public, max-age=31536000, immutable"
# Long enough to stop a flood at the edge, short enough for an image that has just been approved.
_ABSENT = "public, max-age=10"


@task("delivered")
def handler(event: Mapping[str, Any]) -> dict[str, Any]:
    """Input: a request to the function's URL (payload 2.0). Answer: the file, 404, 405 or 503."""
    if event["requestContext"]["http"]["method"] not in _READING:
        return _answer(405, "no-store", allow="GET, HEAD")
    try:
        address = Address.parse(event["rawPath"])
        body = _on_demand().file(address)
    except NotFoundError:
        return _answer(404, _ABSENT)
    except UnavailableError:
        return _answer(503, "no-store", **{"retry-after": "2"})
    return {
        **_answer(200, _FOR_EVER, **{"content-type": address.encoding.media_type}),
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def _answer(status: int, cache_control: str, **headers: str) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"cache-control": cache_control, **headers}, "body": ""}


def _on_demand() -> OnDemand:
    return OnDemand(
        bootstrap.catalog(),
        bootstrap.originals(),
        bootstrap.derivatives(),
        bootstrap.decoder(),
        Marking(bootstrap.marks(), _pattern, settings().require("licence_url")),
        _flight,
        time.sleep,
    )


def _pattern(mark: MarkId) -> Pattern:
    return bootstrap.mark_key().pattern(payload_of(mark))


def _flight(key: str) -> Flight:
    return DynamoFlight(bootstrap.idempotency(), key, secrets.token_hex(8), bootstrap.clock().now())
