"""Up and down of the whole, with a real engine."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud import cdk, cloud, engine
from localcloud.clients import Operator
from localcloud.home import Home
from localcloud.steps import Steps
from lumenstock.kernel.errors import ConfigurationError

pytestmark = pytest.mark.slow


@pytest.fixture
def clean(home: Home) -> Iterator[Home]:
    yield home
    cloud.reset(home, Steps(io.StringIO()))


@pytest.mark.parametrize(
    ("resource", "named"),
    [
        ({"Type": "AWS::Pipes::Pipe", "Properties": {"Source": "queue"}}, "AWS::Pipes::Pipe"),
        ({"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 5}}, r"AWS::SQS::Queue\.DelaySeconds"),
    ],
)
def test_what_the_engine_would_drop_stops_the_start_before_anything_is_deployed(
    clean: Home, monkeypatch: pytest.MonkeyPatch, resource: dict[str, object], named: str
) -> None:
    def assembly(home: Home) -> Path:
        folder = home.folder / "cdk.out"
        folder.mkdir()
        (folder / "Stack.template.json").write_text(json.dumps({"Resources": {"New": resource}}))
        return folder

    monkeypatch.setattr(cdk, "synthesise", assembly)
    with pytest.raises(ConfigurationError, match=named):
        cloud.up(clean, Steps(io.StringIO()))
    assert Operator.of(clean).cloudformation.list_stacks()["StackSummaries"] == []
    assert not clean.deployed_file.exists()


def test_what_is_not_running_is_reported_as_down(home: Home) -> None:
    said = io.StringIO()
    cloud.down(home, Steps(said))
    assert "was not running" in said.getvalue()
    status = cloud.status(home)
    assert (status.engine_pid, status.front_pid, status.answers, status.deployed) == (
        None,
        None,
        False,
        False,
    )


def test_a_reset_forgets_everything_but_the_secret(clean: Home) -> None:
    secret = clean.operator_secret
    engine.start(clean, print)
    Operator.of(clean).s3.create_bucket(Bucket="forgotten")
    cloud.reset(clean, Steps(io.StringIO()))
    assert engine.daemon(clean).pid() is None
    engine.start(clean, print)
    assert Operator.of(clean).s3.list_buckets()["Buckets"] == []
    assert Home(clean.folder, 1, 2).operator_secret == secret
