"""How functions reach the search index of their stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_opensearchservice as opensearch

# Requests by method to paths of the domain; ``img`` is the index's name in its adapter, ``img-b`` that of the
# second one, which a rollout of a model fills and swaps in.
SEARCH_REQUESTS = {
    "Post": tuple(f"{index}-read/{path}" for index in ("img", "img-b") for path in ("_mget", "_search")),
}
INDEX_REQUESTS = {
    "Get": ("_alias/img-*", "_cluster/health/img-v1"),
    "Post": (
        "_aliases",
        *(f"{index}-{alias}/_bulk" for index in ("img", "img-b") for alias in ("rebuild", "write")),
    ),
    "Put": ("img-v1",),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a network: functions there reach S3, DynamoDB, what has an endpoint there, and no more."""

    vpc: ec2.IVpc
    subnets: ec2.SubnetSelection
    group: ec2.ISecurityGroup


@dataclass(frozen=True, slots=True)
class SearchAccess:
    """The search index as functions reach it.

    Attributes:
        environment: Settings of the functions that use it.
        domain: Of the stage; None where it has none.
        place: Where functions must run to reach that.
    """

    environment: Mapping[str, str]
    domain: opensearch.IDomain | None = None
    place: Place | None = None
