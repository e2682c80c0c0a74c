"""Up and down of the whole; with a real engine, where it is asked for."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud import cdk, cloud, engine, sources
from localcloud.clients import Operator
from localcloud.home import Home
from localcloud.steps import Steps
from lumenstock.kernel.errors import ConfigurationError, UnavailableError


@pytest.fixture
def clean(home: Home) -> Iterator[Home]:
    yield home
    cloud.reset(home, Steps(io.StringIO()))


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_reset_forgets_everything_but_the_secret(clean: Home) -> None:
    secret = clean.operator_secret
    engine.start(clean, print)
    Operator.of(clean).s3.create_bucket(Bucket="forgotten")
    cloud.reset(clean, Steps(io.StringIO()))
    assert engine.daemon(clean).pid() is None
    engine.start(clean, print)
    assert Operator.of(clean).s3.list_buckets()["Buckets"] == []
    assert Home(clean.folder, 1, 2).operator_secret == secret


class Deployments:
    """Stands for the engine and what is deployed to it: the sources' digest, half of it where it failed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.source, self.fails, self.there = "A", False, [""]
        monkeypatch.setattr(cdk, "require", lambda *_: None)
        monkeypatch.setattr(engine, "start", lambda *_: engine.Started(was_running=True, fresh=False))
        monkeypatch.setattr(cloud, "_start_front", lambda *_: None)
        monkeypatch.setattr(sources, "digest", lambda _: self.source)
        monkeypatch.setattr(cloud, "_deploy", self._deploy)

    def _deploy(self, *_: object) -> None:
        self.there = [self.source, *(self.there[:1] if self.fails else ())]
        if self.fails:
            raise UnavailableError("the canary found nothing")


def test_after_a_deployment_that_failed_half_way_the_one_before_it_is_deployed_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployments = Deployments(monkeypatch)
    cloud.up(home, Steps(io.StringIO()))
    deployments.source, deployments.fails = "B", True
    with pytest.raises(UnavailableError):
        cloud.up(home, Steps(io.StringIO()))
    assert deployments.there == ["B", "A"]
    assert not cloud.status(home).current
    deployments.source, deployments.fails = "A", False
    cloud.up(home, Steps(io.StringIO()))
    assert deployments.there == ["A"], "the mixture was taken for what had been deployed before it"
    assert cloud.status(home).current
