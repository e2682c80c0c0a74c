from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from localcloud import logs
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


def test_a_line_is_of_when_it_was_written_and_not_of_when_its_call_ended() -> None:
    told = json.dumps({"level": "INFO", "message": "done", "timestamp": "2026-11-22 13:03:18,932+0000"})
    line = parse("/aws/lambda/lumenstock-local-ingest-dispatch", 1795352606000, told)
    assert line
    assert line.at_ms == 1795352598932


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


@mock_aws
def test_of_the_engine_s_file_each_line_comes_once_and_only_what_is_new_is_read(
    engine_log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("localcloud.logs._POLL_S", 0.01)
    client = boto3.client("logs", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    error = f"{time.strftime('%Y-%m-%d %H:%M:%S')} ERROR [lambda] "
    engine_log.write_text(f"{error}first\n{error}same\n{error}half of a li")
    stream = follow(client, engine_log, 1)
    assert [next(stream).text for _ in range(2)] == ["[lambda] first", "[lambda] same"]
    # What has been read is blanked: whoever reads it again finds nothing, or less than there was.
    read = len(f"{error}first\n{error}same\n")
    with engine_log.open("r+") as file:
        file.write(" " * read)
        file.seek(0, 2)
        file.write(f"ne\n{error}same\n")
    assert [next(stream).text for _ in range(2)] == ["[lambda] half of a line", "[lambda] same"]
    engine_log.write_text(f"{error}of the next engine\n")
    assert next(stream).text == "[lambda] of the next engine"


def test_what_is_older_than_a_late_line_may_be_is_not_remembered(
    engine_log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered: list[int] = []
    now_ms = 10**12
    monkeypatch.setattr(logs, "_POLL_S", 0)
    monkeypatch.setattr(logs, "_now_ms", lambda: now_ms)

    def events(_: object, since_ms: int) -> Iterator[logs.Event]:
        yield from (event for event in written if event[1] >= since_ms)

    def unseen(found: Iterator[logs.Event], seen: set[logs.Identity]) -> Iterator[logs.Event]:
        remembered.append(len(seen))
        yield from original(found, seen)

    original = logs._unseen
    monkeypatch.setattr(logs, "_events", events)
    monkeypatch.setattr(logs, "_unseen", unseen)
    written = [(GROUP, now_ms, "0")]
    stream = follow(boto3.client("logs", region_name="us-east-1"), engine_log, 1)
    for number in range(1, 60):
        assert next(stream).text == str(number - 1)
        now_ms += 1000
        written.append((GROUP, now_ms, str(number)))
    assert max(remembered) <= 7
