"""What we rely on of Lambda, IAM, queues, streams, rules and machines."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from localcloud import engine, streams
from localcloud.clients import Operator

pytestmark = pytest.mark.e2e


def stream(stack: Any) -> str:
    """The table's stream."""
    arn: str = stack.operator.dynamodb.describe_table(TableName=stack.outputs["Table"])["Table"][
        "LatestStreamArn"
    ]
    return arn


def test_a_function_acts_as_its_own_role(stack: Any) -> None:
    assert f"assumed-role/{stack.outputs['Role']}/" in stack.invoke(do="identity")


def test_a_function_may_do_what_its_role_grants_and_nothing_else(stack: Any) -> None:
    bucket = stack.outputs["Bucket"]
    stack.operator.s3.put_object(Bucket=bucket, Key="granted", Body=b"content")
    assert stack.invoke(do="get", bucket=bucket, key="granted") == "content"
    assert "AccessDenied" in json.dumps(stack.invoke(do="put", bucket=bucket))


def test_a_grant_counts_from_the_next_call_and_so_does_its_end(stack: Any) -> None:
    role, bucket, iam = stack.outputs["Role"], stack.outputs["Bucket"], stack.operator.iam
    allow = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_role_policy(RoleName=role, PolicyName="more", PolicyDocument=policy)
    assert stack.invoke(do="put", bucket=bucket) == "allowed"
    iam.delete_role_policy(RoleName=role, PolicyName="more")
    assert "AccessDenied" in json.dumps(stack.invoke(do="put", bucket=bucket))


@pytest.mark.parametrize("service", ["s3", "dynamodb", "lambda", "iam"])
def test_a_forged_role_key_is_refused(stack: Any, service: str) -> None:
    call = {"s3": "list_buckets", "dynamodb": "list_tables", "lambda": "list_functions", "iam": "list_roles"}[
        service
    ]
    client: Any = boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=stack.home.engine_url,
        region_name="us-east-1",
        aws_access_key_id="ASIA0123456789ABCDEF",
        aws_secret_access_key="guessed",
        aws_session_token="guessed",
        config=Config(retries={"total_max_attempts": 1}),
    )
    with pytest.raises(ClientError) as refused:
        getattr(client, call)()
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] in {400, 403}


def test_a_function_sees_neither_the_repository_nor_the_developers_packages(stack: Any) -> None:
    inside = stack.invoke(do="inside")
    assert [name for name, found in inside["modules"].items() if found] == ["boto3"]
    assert "/somewhere/on/the/path" in inside["path"]


def test_a_function_does_not_see_the_operators_secret(stack: Any) -> None:
    assert stack.home.operator_secret not in json.dumps(stack.invoke(do="inside")["environment"])


def test_an_exception_is_a_function_error(stack: Any) -> None:
    assert "asked to" in json.dumps(stack.invoke(do="fail")["failed"])


def test_log_lines_arrive_in_the_functions_own_group(stack: Any, until: Any) -> None:
    stack.invoke(do="double", number=4711)

    def lines() -> str:
        events = stack.operator.logs.filter_log_events(logGroupName="/aws/lambda/conformance-probe")["events"]
        return "".join(event["message"] for event in events)

    assert "4711" in until(lines, lambda text: "4711" in text)


def test_only_an_object_under_the_prefix_becomes_a_message(stack: Any, until: Any) -> None:
    s3, bucket = stack.operator.s3, stack.outputs["Bucket"]
    for key in ("elsewhere/a.jpg", "originals/b ü+.jpg"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    seen = until(lambda: stack.notes("queue"), lambda notes: "originals/b ü+.jpg" in notes)
    assert "originals/b ü+.jpg" in seen
    assert "elsewhere/a.jpg" not in seen


def test_a_poison_message_is_received_three_times_and_holds_up_nobody(stack: Any, until: Any) -> None:
    sqs, outputs = stack.operator.sqs, stack.outputs
    entries = [
        {"Id": "1", "MessageBody": json.dumps({"note": "beside"})},
        {"Id": "2", "MessageBody": "poison"},
    ]
    sqs.send_message_batch(QueueUrl=outputs["Queue"], Entries=entries)

    def dead() -> list[Any]:
        received = sqs.receive_message(QueueUrl=outputs["DeadLetters"], VisibilityTimeout=0)
        messages: list[Any] = received.get("Messages", [])
        return messages

    assert [message["Body"] for message in until(dead, bool)] == ["poison"]
    assert sorted(note[-1] for note in stack.notes("poison")) == ["1", "2", "3"]
    assert "beside" in stack.notes("queue")


def test_the_stream_reaches_its_function_also_after_a_restart(stack: Any, until: Any) -> None:
    def put(key: str, operator: Operator) -> list[str]:
        operator.dynamodb.put_item(TableName=stack.outputs["Table"], Item={"pk": {"S": key}})
        notes: list[str] = until(lambda: stack.notes("stream"), lambda seen: key in seen)
        return notes

    assert "before" in put("before", stack.operator)
    assert engine.stop(stack.home)
    engine.start(stack.home, print)
    assert streams.renew(stack.operator.functions) == 1
    assert "after" in put("after", stack.operator)

    (mapping,) = stack.operator.functions.list_event_source_mappings(EventSourceArn=stream(stack))[
        "EventSourceMappings"
    ]
    stack.operator.functions.create_event_source_mapping(
        EventSourceArn=stream(stack), FunctionName="conformance-probe", StartingPosition="LATEST", BatchSize=7
    )
    streams.drop_superseded(stack.operator.functions)
    (newer,) = stack.operator.functions.list_event_source_mappings(EventSourceArn=stream(stack))[
        "EventSourceMappings"
    ]
    assert (newer["UUID"] != mapping["UUID"], newer["BatchSize"]) == (True, 7)
    assert len(stack.operator.functions.list_event_source_mappings()["EventSourceMappings"]) == 2


def test_a_machine_maps_sums_and_fails_for_good_after_its_retries(stack: Any) -> None:
    def run(*numbers: int) -> Any:
        return stack.operator.machines.start_sync_execution(
            stateMachineArn=stack.outputs["Machine"], input=json.dumps({"numbers": numbers})
        )

    done = run(1, 2, 3)
    assert (done["status"], json.loads(done["output"])) == ("SUCCEEDED", {"sum": 12})
    assert run(1, -1)["status"] == "FAILED"
