"""Properties that the engine's CloudFormation drops and the local run needs, applied by public API."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from localcloud.clients import Operator


def apply(operator: Operator, stacks: dict[str, dict[str, Any]]) -> None:
    """Apply every such property of the deployed templates; safe to repeat.

    Args:
        operator: Operator of the cloud that they were deployed to.
        stacks: Templates by stack name.
    """
    for stack, template in stacks.items():
        wanted = list(_wanted(template))
        if not wanted:
            continue
        resources = operator.cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
        physical = {item["LogicalResourceId"]: item.get("PhysicalResourceId", "") for item in resources}
        for logical_id, pair, value in wanted:
            APPLIED[pair](operator, physical[logical_id], value)


def _wanted(template: dict[str, Any]) -> Iterable[tuple[str, tuple[str, str], Any]]:
    for logical_id, resource in template["Resources"].items():
        for name, value in resource.get("Properties", {}).items():
            pair = (resource["Type"], name)
            if pair in APPLIED:
                yield logical_id, pair, value


def _cors(operator: Operator, api_id: str, value: dict[str, Any]) -> None:
    operator.apis.update_api(
        ApiId=api_id,
        CorsConfiguration={
            "AllowOrigins": value["AllowOrigins"],
            "AllowMethods": value["AllowMethods"],
            "AllowHeaders": value["AllowHeaders"],
            "ExposeHeaders": value["ExposeHeaders"],
            "MaxAge": value["MaxAge"],
        },
    )


def _time_to_live(operator: Operator, table: str, value: dict[str, Any]) -> None:
    current = operator.dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    if (current.get("TimeToLiveStatus") == "ENABLED") != value["Enabled"]:
        operator.dynamodb.update_time_to_live(
            TableName=table,
            TimeToLiveSpecification={"AttributeName": value["AttributeName"], "Enabled": value["Enabled"]},
        )


APPLIED: dict[tuple[str, str], Callable[[Operator, str, dict[str, Any]], None]] = {
    ("AWS::ApiGatewayV2::Api", "CorsConfiguration"): _cors,
    ("AWS::DynamoDB::GlobalTable", "TimeToLiveSpecification"): _time_to_live,
}
