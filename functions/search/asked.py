"""What visitors looked for, for those who begin to write the same: counted in this process alone."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from functools import cache
from typing import Any

from lumenstock import bootstrap
from lumenstock.search.model import SearchPage, SearchRequest
from lumenstock.search.popular import PopularQueries

_ENOUGH = 3  # finds; what finds less is not worth suggesting, and may be somebody's name


@cache
def popular_queries() -> PopularQueries:
    """Those of this process."""
    return PopularQueries(bootstrap.clock(), secrets.token_bytes(32))


def note(request: SearchRequest, found: SearchPage, event: Mapping[str, Any]) -> None:
    """Count the first page of an answer that has something to show."""
    if request.text and not request.offset and found.total >= _ENOUGH and found.did_you_mean is None:
        popular_queries().note(request.text, address_of(event))


def address_of(event: Mapping[str, Any]) -> str:
    """Who asks, as an IP address; "" if nobody says.

    The last hop of ``X-Forwarded-For`` is whoever connects to the gateway, which is the CDN; the one before
    is whom the CDN names. What comes before that, anybody may have written.
    """
    headers: Mapping[str, str] = event.get("headers") or {}
    hops = [hop.strip() for hop in headers.get("x-forwarded-for", "").split(",") if hop.strip()]
    source = str(event["requestContext"]["http"].get("sourceIp", ""))
    return hops[-2] if len(hops) > 1 else hops[-1] if hops else source
