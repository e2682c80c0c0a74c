"""Small questions after a deployment: does what CloudFormation reported as created also work?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from localcloud.clients import Operator
from localcloud.home import Home
from lumenstock.kernel.errors import UnavailableError

Check = Callable[[Home, Operator, dict[str, dict[str, Any]]], str | None]


def check(home: Home, operator: Operator, stacks: dict[str, dict[str, Any]]) -> None:
    """Ask all of them.

    Args:
        home: A cloud that has been deployed and whose front runs.
        operator: Its operator.
        stacks: The deployed templates by stack name.

    Raises:
        UnavailableError: At least one answer is wrong; the text holds all of them.
    """
    complaints = [complaint for ask in CANARIES if (complaint := ask(home, operator, stacks))]
    if complaints:
        told = "; ".join(complaints)
        raise UnavailableError(f"the deployment does not work (`lumenstock local reset` begins anew): {told}")


def _expect(home: Home, path: str, *statuses: int) -> str | None:
    answer = httpx.get(f"{home.front_url}{path}", timeout=40.0, trust_env=False)
    if answer.status_code in statuses:
        return None
    wanted = " or ".join(map(str, statuses))
    return f"GET {path} answered {answer.status_code}, not {wanted}: {answer.text[:300]}"


def _api_runs_code(home: Home, _: Operator, __: dict[str, dict[str, Any]]) -> str | None:
    """Front, guard, route, permission, layers and code of a function."""
    return _expect(home, "/v1/health", 200)


def _api_wants_a_token(home: Home, _: Operator, __: dict[str, dict[str, Any]]) -> str | None:
    """The JWT authorizer is there."""
    return _expect(home, "/v1/auth/me", 401)


def _unknown_paths_are_problems(home: Home, _: Operator, __: dict[str, dict[str, Any]]) -> str | None:
    """The public ``$default`` route answers instead of the gateway."""
    return _expect(home, "/v1/there-is-no-such-path", 404)


def _cdn_reaches_the_bucket(home: Home, _: Operator, __: dict[str, dict[str, Any]]) -> str | None:
    """Origin access control is set: an object that is not there is not found, or denied, but no fault."""
    return _expect(home, "/img/0/1/300.webp", 403, 404)


def _uploads_become_events(home: Home, operator: Operator, _: dict[str, dict[str, Any]]) -> str | None:
    """The bucket tells the bus about new objects."""
    bucket = home.outputs()["OriginalsBucket"]
    settings = operator.s3.get_bucket_notification_configuration(Bucket=bucket)
    return (
        None
        if settings.get("EventBridgeConfiguration") is not None
        else "the originals bucket sends no events"
    )


def _every_mapping_is_enabled(_: Home, operator: Operator, stacks: dict[str, dict[str, Any]]) -> str | None:
    """Queues and the stream have their consumers, none of them twice."""
    wanted = sum(
        resource["Type"] == "AWS::Lambda::EventSourceMapping"
        for template in stacks.values()
        for resource in template["Resources"].values()
    )
    pages = operator.functions.get_paginator("list_event_source_mappings").paginate()
    states = [mapping["State"] for page in pages for mapping in page["EventSourceMappings"]]
    if states == ["Enabled"] * wanted:
        return None
    return f"{wanted} event source mappings should be enabled, but they are {states}"


CANARIES: tuple[Check, ...] = (
    _api_runs_code,
    _api_wants_a_token,
    _unknown_paths_are_problems,
    _cdn_reaches_the_bucket,
    _uploads_become_events,
    _every_mapping_is_enabled,
)
