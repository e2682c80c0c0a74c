"""The function of the conformance stack: does what its event says, under its role."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import boto3


def handler(event: dict[str, Any], _: object) -> Any:
    print(json.dumps({"level": "INFO", "message": "probe", "event": event}))  # noqa: T201 - a log line
    if "Records" in event:
        return {"batchItemFailures": [failure for record in event["Records"] if (failure := consume(record))]}
    if event.get("version") == "2.0":
        return http(event)
    return ACTIONS[event["do"]](event)


def consume(record: dict[str, Any]) -> dict[str, str] | None:
    if record["eventSource"] == "aws:dynamodb":
        note("stream", record["dynamodb"]["Keys"]["pk"]["S"])
        return None
    if "poison" in record["body"]:
        note("poison", record["messageId"] + record["attributes"]["ApproximateReceiveCount"])
        boto3.client("sqs").change_message_visibility(
            QueueUrl=os.environ["QUEUE_URL"], ReceiptHandle=record["receiptHandle"], VisibilityTimeout=1
        )
        return {"itemIdentifier": record["messageId"]}
    body = json.loads(record["body"])
    note("queue", body.get("detail", {}).get("object", {}).get("key") or body["note"])
    return None


def note(kind: str, text: str) -> None:
    boto3.client("dynamodb").put_item(
        TableName=os.environ["NOTES"], Item={"pk": {"S": kind}, "sk": {"S": text}}
    )


def http(event: dict[str, Any]) -> dict[str, Any]:
    claims = event["requestContext"].get("authorizer", {}).get("jwt", {}).get("claims", {})
    body = {"route": event["routeKey"], "claims": claims, "query": event.get("queryStringParameters")}
    return {"statusCode": 200 if claims else 404, "headers": {"etag": '"1"'}, "body": json.dumps(body)}


def identity(_: dict[str, Any]) -> str:
    arn: str = boto3.client("sts").get_caller_identity()["Arn"]
    return arn


def put(event: dict[str, Any]) -> str:
    boto3.client("s3").put_object(Bucket=event["bucket"], Key="by-function", Body=b"")
    return "allowed"


def get(event: dict[str, Any]) -> Any:
    return boto3.client("s3").get_object(Bucket=event["bucket"], Key=event["key"])["Body"].read().decode()


def inside(_: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name in ("lumenstock", "localcloud", "aws_lambda_powertools", "pytest", "pydantic", "boto3"):
        try:
            __import__(name)
            found[name] = True
        except ImportError:
            found[name] = False
    return {"modules": found, "environment": dict(os.environ), "path": sys.path}


def fail(_: dict[str, Any]) -> None:
    raise ValueError("asked to")


def double(event: dict[str, Any]) -> dict[str, Any]:
    return {"ok": True, "number": event["number"] * 2}


ACTIONS = {
    "identity": identity,
    "put": put,
    "get": get,
    "inside": inside,
    "fail": fail,
    "double": double,
}
