"""Mappings from a table's stream to a function, which the engine does not bring back to life by itself."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import EventSourceMappingConfigurationTypeDef as Mapping

_KEPT = (
    "BatchSize",
    "BisectBatchOnFunctionError",
    "DestinationConfig",
    "FilterCriteria",
    "FunctionResponseTypes",
    "MaximumBatchingWindowInSeconds",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ParallelizationFactor",
)


def renew(client: LambdaClient) -> int:
    """Create every stream mapping anew, after a restart of the engine.

    The engine stores how far a mapping had read but not the stream, so an old mapping waits at a position
    that the new stream reaches late or never. A new one starts with the first record after the restart.

    Returns:
        How many there are.
    """
    groups = _by_source_and_function(client)
    for mappings in groups.values():
        for mapping in mappings:
            client.delete_event_source_mapping(UUID=mapping["UUID"])
        _create_like(client, mappings[-1])
    return len(groups)


def drop_superseded(client: LambdaClient) -> None:
    """Leave one mapping of each stream and function, after a deployment.

    CloudFormation knows a renewed mapping by its old id, so a change of its properties makes a second one.
    """
    for mappings in _by_source_and_function(client).values():
        for mapping in mappings[:-1]:
            client.delete_event_source_mapping(UUID=mapping["UUID"])


def _by_source_and_function(client: LambdaClient) -> dict[tuple[str, str], list[Mapping]]:
    """Stream mappings that do the same, oldest first."""
    groups: dict[tuple[str, str], list[Mapping]] = defaultdict(list)
    for page in client.get_paginator("list_event_source_mappings").paginate():
        for mapping in page["EventSourceMappings"]:
            if ":dynamodb:" in mapping["EventSourceArn"]:
                groups[mapping["EventSourceArn"], mapping["FunctionArn"]].append(mapping)
    return {pair: sorted(same, key=lambda mapping: mapping["LastModified"]) for pair, same in groups.items()}


def _create_like(client: LambdaClient, mapping: Mapping) -> None:
    # Values pass from the answer of one call to the next; their types are the same by name.
    kept: dict[str, Any] = {name: mapping[name] for name in _KEPT if name in mapping}  # type: ignore[literal-required]
    client.create_event_source_mapping(
        EventSourceArn=mapping["EventSourceArn"],
        FunctionName=mapping["FunctionArn"],
        StartingPosition="TRIM_HORIZON",
        **kept,
    )
