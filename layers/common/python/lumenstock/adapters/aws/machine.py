"""The ingest machine: one synchronous Express execution per image."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


@dataclass(frozen=True, slots=True)
class Execution:
    """How an execution ended. ``cause`` is for logs, not for callers."""

    succeeded: bool
    cause: str


class IngestMachine:
    """Starts executions of one state machine and waits for them."""

    def __init__(self, client: SFNClient, arn: str) -> None:
        """``client`` must not retry: a retry is a second execution."""
        self._client = client
        self._arn = arn

    def run(self, task: Mapping[str, object]) -> Execution:
        """Run the machine on ``task`` to its end, at most 5 minutes."""
        answer = self._client.start_sync_execution(stateMachineArn=self._arn, input=json.dumps(task))
        cause = f"{answer.get('error', '')} {answer.get('cause', '')}".strip()
        return Execution(succeeded=answer["status"] == "SUCCEEDED", cause=cause or answer["status"])
