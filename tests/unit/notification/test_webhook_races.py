"""Conditions that moto does not hold against each other: a real DynamoDB does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from lumenstock import bootstrap
from lumenstock.kernel.errors import ConflictError
from lumenstock.notification.webhook import MAX_WEBHOOKS, DisabledBecause
from tests.conftest import Stores
from tests.unit.notification.world import ANA, AT, World, made, news, told

pytestmark = pytest.mark.dynamodb_local

TOGETHER = 16


@pytest.fixture
def _real(real_stores: Stores) -> None:  # noqa: ARG001 - the tables
    bootstrap.webhooks()


def made_or_refused(number: int) -> bool:
    try:
        made(number)
    except ConflictError:
        return False
    return True


@pytest.mark.usefixtures("_real")
def test_webhooks_made_at_once_are_no_more_than_allowed() -> None:
    with ThreadPoolExecutor(TOGETHER) as pool:
        results = list(pool.map(made_or_refused, range(1, TOGETHER + 1)))
    assert sum(results) == len(bootstrap.webhooks().of_owner(ANA)) == MAX_WEBHOOKS


@pytest.mark.usefixtures("_real")
def test_an_attempt_that_many_want_to_make_is_made_by_one() -> None:
    webhook = made()
    for round_ in range(10):
        told(World(), news(round_))
        (delivery, *_) = bootstrap.deliveries().newest(webhook.id, 1)

        def begin(number: int, due: object = delivery) -> bool:
            return bootstrap.deliveries().begin(due, str(number), AT) is not None  # type: ignore[arg-type]

        with ThreadPoolExecutor(TOGETHER) as pool:
            assert sum(pool.map(begin, range(TOGETHER))) == 1


@pytest.mark.usefixtures("_real")
def test_failures_at_once_are_all_counted_and_disable_once() -> None:
    webhook = made()
    with ThreadPoolExecutor(TOGETHER) as pool:
        counted = {
            seen.failures
            for seen in pool.map(lambda _: bootstrap.webhooks().failed(webhook, AT), range(TOGETHER))
        }
        assert counted == set(range(1, TOGETHER + 1))
        reasons = [DisabledBecause.GONE, DisabledBecause.FAILING] * 4
        disabled = list(pool.map(lambda reason: bootstrap.webhooks().disable(webhook, reason, AT), reasons))
    assert len({seen.disabled_because for seen in disabled}) == 1
