"""An engine of its own with one small stack, deployed by CloudFormation alone."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from localcloud import engine
from localcloud.clients import Operator
from localcloud.home import Home

HERE = Path(__file__).parent
Seen = TypeVar("Seen")


@dataclass(frozen=True)
class Stack:
    """The deployed stack, its operator and its outputs."""

    home: Home
    operator: Operator
    outputs: dict[str, str]

    def invoke(self, **event: Any) -> Any:
        """Answer of the probe; an error is its payload, marked."""
        answer = self.operator.functions.invoke(FunctionName="conformance-probe", Payload=json.dumps(event))
        payload = json.load(answer["Payload"])
        return {"failed": payload} if answer.get("FunctionError") else payload

    def notes(self, kind: str) -> list[str]:
        """What the probe wrote down under ``kind``."""
        items = self.operator.dynamodb.query(
            TableName=self.outputs["Notes"],
            KeyConditionExpression="pk = :kind",
            ExpressionAttributeValues={":kind": {"S": kind}},
        )["Items"]
        return [item["sk"]["S"] for item in items]

    def api(self, path: str, **headers: str) -> httpx.Response:
        """GET of the HTTP API."""
        host = f"{self.outputs['Api']}.execute-api.localhost:{self.home.engine_port}"
        return httpx.get(f"{self.home.engine_url}{path}", headers={"host": host, **headers}, timeout=30)

    def cdn(self, path: str) -> httpx.Response:
        """GET of the distribution."""
        return httpx.get(f"{self.home.engine_url}{path}", headers={"host": self.outputs["Cdn"]}, timeout=30)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, port: Callable[[], int]) -> Iterator[Stack]:
    home = Home(tmp_path_factory.mktemp("conformance"), port(), port())
    engine.start(home, print)
    operator = Operator.of(home)
    template = json.loads((HERE / "stack.json").read_text().replace("http://localhost:8080", home.front_url))
    template["Resources"]["Probe"]["Properties"]["Code"]["ZipFile"] = (HERE / "probe.py").read_text()
    operator.cloudformation.create_stack(
        StackName="conformance", TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"]
    )
    operator.cloudformation.get_waiter("stack_create_complete").wait(
        StackName="conformance", WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    described = operator.cloudformation.describe_stacks(StackName="conformance")["Stacks"][0]
    yield Stack(
        home, operator, {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}
    )
    engine.stop(home)


@pytest.fixture(scope="session")
def until() -> Callable[..., Any]:
    """Ask again until the answer is right; the last answer, right or not."""

    def ask(question: Callable[[], Seen], right: Callable[[Seen], bool], within_s: float = 30) -> Seen:
        deadline = time.monotonic() + within_s
        while not right(answer := question()) and time.monotonic() < deadline:
            time.sleep(0.2)
        return answer

    return ask
