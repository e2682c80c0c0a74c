from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from localcloud.logs import follow, once, parse

if TYPE_CHECKING:
    from mypy_boto3_logs.type_defs import InputLogEventTypeDef

GROUP = "/aws/lambda/lumenstock-local-ingest-validate"


def test_a_structured_line_is_taken_apart() -> None:
    record = {
        "level": "INFO",
        "location": "a:1",
        "message": "validated",
        "service": "x",
        "image_id": "01J",
        "none": None,
    }
    line = parse(GROUP, 5, json.dumps(record))
    assert line is not None
    assert (line.function, line.level, line.text) == ("ingest-validate", "INFO", "validated")
    assert line.fields == {"image_id": "01J"}


@pytest.mark.parametrize("text", ["plain words", "[1, 2]", "{broken"])
def test_any_other_line_stays_as_it_is(text: str) -> None:
    line = parse(GROUP, 5, text + "\n")
    assert line is not None
    assert (line.text, line.level, line.fields) == (text, "", {})


@pytest.mark.parametrize(
    "text", ["START RequestId: 1 Version: 2", "END RequestId: 1", "REPORT RequestId: 1\tDuration", " "]
)
def test_what_the_platform_writes_is_left_out(text: str) -> None:
    assert parse(GROUP, 5, text) is None


def test_the_stack_of_an_exception_is_kept_apart() -> None:
    record = {
        "level": "ERROR",
        "message": "fault",
        "exception": "Traceback\n  here",
        "exception_name": "KeyError",
    }
    line = parse(GROUP, 5, json.dumps(record))
    assert line is not None
    assert (line.text, line.trace, line.fields) == ("fault", "Traceback\n  here", {})


@pytest.fixture
def engine_log(tmp_path: Path) -> Path:
    return tmp_path / "engine.log"


@mock_aws
def test_what_only_the_engine_knows_is_in_the_stream(engine_log: Path) -> None:
    client = boto3.client("logs", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    now, long_ago = (
        time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(time.time() - age)) for age in (1, 3600)
    )
    engine_log.write_text(
        f"banner\n{long_ago} ERROR [lambda] old\n{now} INFO [s3] fine\n{now} ERROR [lambda] no module\n"
    )
    assert [(line.function, line.level, line.text) for line in once(client, engine_log, 1)] == [
        ("engine", "ERROR", "[lambda] no module")
    ]


@mock_aws
def test_lines_of_all_functions_come_in_the_order_of_time_and_only_once(engine_log: Path) -> None:
    client = boto3.client("logs", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    now_ms = int(time.time() * 1000)
    for name, offset in (("a", 1), ("b", 0)):
        client.create_log_group(logGroupName=f"/aws/lambda/{name}")
        client.create_log_stream(logGroupName=f"/aws/lambda/{name}", logStreamName="s")
        event: InputLogEventTypeDef = {"timestamp": now_ms + offset, "message": "same"}
        client.put_log_events(logGroupName=f"/aws/lambda/{name}", logStreamName="s", logEvents=[event, event])
    assert [line.function for line in once(client, engine_log, 1)] == ["b", "b", "a", "a"]
    stream = follow(client, engine_log, 1)
    assert [next(stream).function for _ in range(4)] == ["b", "b", "a", "a"]
    client.put_log_events(
        logGroupName="/aws/lambda/a",
        logStreamName="s",
        logEvents=[{"timestamp": now_ms + 2, "message": "new"}],
    )
    assert next(stream).text == "new"
