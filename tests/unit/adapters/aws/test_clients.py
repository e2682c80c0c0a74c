"""A function hears that a service does not answer, and is not killed while it waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from functions.manifest import FUNCTIONS, FunctionSpec
from infra.config import StageConfig
from lumenstock.adapters.aws import clients
from lumenstock.adapters.aws.clients import Patience

STAGES = ("local", "dev", "prod")
LIMITED = [spec for spec in FUNCTIONS if spec.timeout_s]


def longest_s(patience: Patience) -> float:
    """How long a call takes if nobody answers: botocore rests up to 1, 2, 4, … s between two attempts."""
    rests_s = sum(1 << number for number in range(patience.attempts - 1))
    return patience.attempts * (patience.connect_s + patience.read_s) + rests_s


@pytest.mark.parametrize("spec", LIMITED, ids=lambda spec: spec.name)
def test_a_call_that_nobody_answers_ends_before_its_function(spec: FunctionSpec) -> None:
    assert spec.timeout_s
    patience = Patience.within(spec.timeout_s)
    assert longest_s(patience) <= 0.9 * spec.timeout_s + 1e-6
    assert patience.attempts > 1
    assert patience.read_s > 1
    assert patience.connect_s > 0.5


@pytest.mark.parametrize("stage", STAGES)
def test_a_call_ends_before_the_dispatcher_whose_time_is_the_stage_s(stage: str) -> None:
    dispatch_s = StageConfig.load(stage).times.dispatch_s
    assert longest_s(Patience.within(dispatch_s)) < dispatch_s


def test_a_process_without_a_limit_waits_longest() -> None:
    assert Patience.within(0) == Patience.within(900) == Patience(3, 20, 3)


@pytest.mark.usefixtures("stores")
def test_the_clients_are_made_with_it(set_stage: Callable[..., None]) -> None:
    set_stage(FUNCTION_TIMEOUT_S="10")
    for client in (clients.dynamodb, clients.s3, clients.sqs, clients.events, clients.cognito, clients.sts):
        client.cache_clear()
    clients._patient.cache_clear()
    for made in (clients.dynamodb(), clients.s3(), clients.sqs(), clients.events(), clients.cognito()):
        config: Any = made.meta.config
        assert (config.connect_timeout, config.read_timeout) == (1.0, 3.0)
        assert config.retries["total_max_attempts"] == 2
