"""The logs of all functions as one stream, by the public API of CloudWatch Logs, and the engine's own errors.

A function that cannot even be imported writes no log; only the engine's file says so.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

_PREFIX = "/aws/lambda/"
# Written by the platform around every call.
_FRAME = re.compile(r"(START|END|REPORT|INIT_START) ")
# Said once in each line of Powertools, or said by the line's own columns.
_LEFT_OUT = frozenset({"level", "message", "timestamp", "service", "location", "xray_trace_id"}) | frozenset(
    {"exception", "exception_name", "stack_trace"}
)
_ENGINE_ERROR = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) ERROR (.*)")
_POLL_S = 1.0
# A line may show up this much later than its time says.
_LATE_MS = 5_000


# Group, time, message.
Event = tuple[str, int, str]
# Group, time, message, and how many of the same came before: the engine gives events no id.
Identity = tuple[str, int, str, int]


@dataclass(frozen=True, slots=True)
class Line:
    """One log line.

    Attributes:
        at_ms: Milliseconds since 1970.
        function: Name of the function, without product and stage.
        level: Such as INFO; empty if the line does not say.
        text: What happened.
        fields: What else a structured line holds.
        trace: Stack of an exception, several lines; empty without one.
    """

    at_ms: int
    function: str
    level: str
    text: str
    fields: dict[str, Any] = field(default_factory=dict)
    trace: str = ""


def once(client: CloudWatchLogsClient, engine_log: Path, minutes: int) -> Iterator[Line]:
    """The lines of the last ``minutes``, oldest first."""
    since_ms = _now_ms() - minutes * 60_000
    yield from _lines([*_events(client, since_ms), *_EngineLog(engine_log, since_ms).new_errors()])


def follow(client: CloudWatchLogsClient, engine_log: Path, minutes: int) -> Iterator[Line]:
    """The lines of the last ``minutes``, and then those that come, until the caller has enough."""
    since_ms = _now_ms() - minutes * 60_000
    engine, seen = _EngineLog(engine_log, since_ms), set[Identity]()
    while True:
        yield from _lines([*_unseen(_events(client, since_ms), seen), *engine.new_errors()])
        since_ms = max(since_ms, _now_ms() - _LATE_MS)
        # What is older is not asked for again.
        seen = {identity for identity in seen if identity[1] >= since_ms}
        time.sleep(_POLL_S)


def parse(group: str, at_ms: int, message: str) -> Line | None:
    """Read one event; None for what the platform writes around every call."""
    function = group.removeprefix(_PREFIX).removeprefix("lumenstock-local-")
    message = message.rstrip()
    if not message or _FRAME.match(message):
        return None
    try:
        record = json.loads(message)
    except ValueError:
        return Line(at_ms, function, "", message)
    if not isinstance(record, dict):
        return Line(at_ms, function, "", message)
    fields = {name: value for name, value in record.items() if name not in _LEFT_OUT and value is not None}
    level, text = str(record.get("level", "")), str(record.get("message", ""))
    return Line(_told_ms(record) or at_ms, function, level, text, fields, str(record.get("exception", "")))


def _told_ms(record: dict[str, Any]) -> int | None:
    """When a line was written, if it says so: the engine dates all lines of a call by the call's end."""
    try:
        return round(datetime.fromisoformat(str(record.get("timestamp"))).timestamp() * 1000)
    except ValueError:
        return None


def _lines(events: Iterable[Event]) -> list[Line]:
    """What the events say, oldest first."""
    lines = [line for event in events if (line := parse(*event)) is not None]
    return sorted(lines, key=lambda line: line.at_ms)


def _unseen(events: Iterable[Event], seen: set[Identity]) -> Iterator[Event]:
    """The events that are not in ``seen``, which gets them."""
    repeats: Counter[Event] = Counter()
    for event in events:
        identity = (*event, repeats[event])
        repeats[event] += 1
        if identity not in seen:
            seen.add(identity)
            yield event


def _events(client: CloudWatchLogsClient, since_ms: int) -> Iterator[Event]:
    for group in _groups(client):
        for page in client.get_paginator("filter_log_events").paginate(
            logGroupName=group, startTime=since_ms
        ):
            for event in page["events"]:
                yield group, event["timestamp"], event["message"]


class _EngineLog:
    """The engine's file, each line of which is read once."""

    def __init__(self, path: Path, since_ms: int) -> None:
        self._path, self._since_ms = path, since_ms
        self._read_bytes = 0

    def new_errors(self) -> list[Event]:
        """The errors that were written since the last call."""
        return [
            ("engine", at_ms, json.dumps({"level": "ERROR", "message": found[2]}))
            for line in self._new_lines()
            if (found := _ENGINE_ERROR.match(line)) and (at_ms := _written_ms(found[1])) >= self._since_ms
        ]

    def _new_lines(self) -> list[str]:
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            if self._path.stat().st_size < self._read_bytes:  # another start, another file
                self._read_bytes = 0
            file.seek(self._read_bytes)
            whole = file.read().rpartition(b"\n")  # the line that is being written waits for its end
        self._read_bytes += len(whole[0]) + len(whole[1])
        return whole[0].decode(errors="replace").splitlines()


def _written_ms(at: str) -> int:
    return int(datetime.strptime(at, "%Y-%m-%d %H:%M:%S").astimezone().timestamp() * 1000)


def _groups(client: CloudWatchLogsClient) -> list[str]:
    pages = client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=_PREFIX)
    return [group["logGroupName"] for page in pages for group in page["logGroups"]]


def _now_ms() -> int:
    return int(time.time() * 1000)
