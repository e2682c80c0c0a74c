"""The record of a rollout in DynamoDB: one writer wins, and a late one is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from lumenstock import bootstrap
from lumenstock.adapters.aws.rollouts import DynamoRollouts
from lumenstock.kernel.errors import UnavailableError, VersionConflictError
from lumenstock.search.rollout import Rollout, State, opened
from tests.conftest import CATALOG, Stores

NOW = datetime(2026, 11, 21, 10, 30, 0, 123_000, tzinfo=UTC)


@pytest.fixture
def rollouts(stores: Stores) -> DynamoRollouts:
    return DynamoRollouts(stores.dynamodb, CATALOG)


def begun() -> Rollout:
    return opened(None, "demo@1", "demo@2", NOW)


def test_before_the_first_rollout_there_is_no_record(rollouts: DynamoRollouts) -> None:
    assert rollouts.read() is None


def test_what_is_read_is_what_was_written(rollouts: DynamoRollouts) -> None:
    rollout = begun()
    rollouts.write(rollout)
    assert rollouts.read() == rollout
    for state in (State.CLOSING, State.CLOSED):
        rollout = rollout.moved(state, NOW)
        rollouts.write(rollout)
        assert rollouts.read() == rollout


def test_of_two_who_change_the_same_record_one_is_told(rollouts: DynamoRollouts) -> None:
    rollouts.write(begun())
    rollouts.write(begun().moved(State.FILLED, NOW))
    with pytest.raises(VersionConflictError):
        rollouts.write(begun().moved(State.CLOSING, NOW))
    with pytest.raises(VersionConflictError):
        rollouts.write(opened(None, "demo@1", "clip@1", NOW))
    assert rollouts.read() == begun().moved(State.FILLED, NOW)


def test_a_record_that_was_written_and_whose_answer_got_lost_is_written(rollouts: DynamoRollouts) -> None:
    rollouts.write(begun())
    rollouts.write(begun())
    rollouts.write(begun().moved(State.FILLED, NOW))
    rollouts.write(begun().moved(State.FILLED, NOW))
    assert rollouts.read() == begun().moved(State.FILLED, NOW)


@pytest.mark.parametrize(
    ("code", "told"), [("ThrottlingException", UnavailableError), ("AccessDeniedException", ClientError)]
)
def test_a_table_that_does_not_answer_for_now_is_told_apart_from_one_that_never_will(
    stores: Stores, code: str, told: type[Exception]
) -> None:
    with Stubber(stores.dynamodb) as refusing:
        refusing.add_client_error("get_item", code)
        with pytest.raises(told):
            DynamoRollouts(stores.dynamodb, CATALOG).read()


def test_the_record_is_no_image(rollouts: DynamoRollouts, set_stage: Callable[..., None]) -> None:
    set_stage()
    rollouts.write(begun())
    assert [page.images for page in bootstrap.catalog().pages() if page.images] == []
