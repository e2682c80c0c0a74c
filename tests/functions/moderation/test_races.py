"""Decisions at the same moment, on a real DynamoDB: one wins, and everybody is told the truth.

The use cases are called, not the handlers: a Lambda process answers one request at a time, and so does its
framework.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from lumenstock import bootstrap, use_cases
from lumenstock.catalog.decision import Actor
from lumenstock.catalog.image import Image
from lumenstock.catalog.reasons import ReasonCode
from lumenstock.catalog.states import Status
from lumenstock.ingest.amend import Edit
from lumenstock.ingest.moderation import Verdict
from lumenstock.ingest.refusals import known
from lumenstock.kernel.errors import AlreadyDecidedError, LumenstockError
from lumenstock.kernel.ids import UserId
from tests.functions.moderation.conftest import ANA, SHA, Desk
from tests.unit.search.images import image

pytestmark = pytest.mark.dynamodb_local

ROUNDS = 10
BLURRED = Verdict((ReasonCode.BLURRED,))
OWNER = UserId(ANA.id)
Outcome = Image | LumenstockError | bool


def at_once(*steps: Callable[[], Image | bool]) -> Sequence[Outcome]:
    """All steps in the same moment; what each came to."""
    ready = Barrier(len(steps))

    def take(step: Callable[[], Image | bool]) -> Outcome:
        ready.wait()
        try:
            return step()
        except LumenstockError as refused:
            return refused

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(take, steps))


def decision(row: Image, number: int) -> Callable[[], Image]:
    """One of many moderators, who approve and reject in turn."""
    moderation, actor = use_cases.moderation(), Actor(str(number), "admin")
    if number % 2:
        return lambda: moderation.approve(row.id, row.version, actor)
    return lambda: moderation.reject(row.id, row.version, actor, BLURRED)


def test_of_moderators_at_once_one_wins_and_the_others_are_told_by_whom(real_desk: Desk) -> None:
    for number in range(1, ROUNDS + 1):
        row = real_desk.put(number, status=Status.PENDING_REVIEW)
        outcomes = at_once(*(decision(row, moderator) for moderator in range(8)))
        assert Counter(type(outcome) for outcome in outcomes) == {Image: 1, AlreadyDecidedError: 7}
        winner = next(by for by, outcome in enumerate(outcomes) if isinstance(outcome, Image))
        (made,) = bootstrap.decisions().history(row.id)
        assert made.actor.id == str(winner)
        told = [outcome.members for outcome in outcomes if isinstance(outcome, AlreadyDecidedError)]
        assert {members["decision"]["by"] for members in told} == {str(winner)}  # type: ignore[index]
        assert real_desk.row(row.id).version == row.version + 1


def test_one_decision_sent_many_times_at_once_is_one(real_desk: Desk) -> None:
    row = real_desk.put(status=Status.PENDING_REVIEW)
    outcomes = at_once(*[decision(row, 1)] * 8)
    assert [outcome.version for outcome in outcomes if isinstance(outcome, Image)] == [row.version + 1] * 8
    assert len(bootstrap.decisions().history(row.id)) == 1


def test_a_takedown_a_deletion_and_an_edit_at_once_leave_nothing_visible(real_desk: Desk) -> None:
    moderation, amendments = use_cases.moderation(), use_cases.amendments()
    for number in range(1, ROUNDS + 1):
        row = real_desk.put(number)
        at_once(
            lambda row=row: moderation.take_down(row.id, Actor("1", "admin"), BLURRED),  # type: ignore[misc]
            lambda row=row: amendments.delete(row.id, OWNER, None),  # type: ignore[misc]
            lambda row=row: amendments.edit(row.id, OWNER, None, Edit(title="Another")),  # type: ignore[misc]
        )
        now = real_desk.row(row.id)
        assert now.status is Status.DELETED
        assert real_desk.files(row) == real_desk.files(now) == []
        versions = [made.version for made in bootstrap.decisions().history(row.id)]
        assert versions == list(range(now.version, row.version, -1))


def test_of_two_that_come_to_life_with_the_same_file_one_does(real_desk: Desk) -> None:
    """A refused picture is appealed while another contributor's upload of the same bytes is claimed."""
    catalog, amendments = bootstrap.catalog(), use_cases.amendments()
    for number in range(1, ROUNDS + 1):
        row = real_desk.put(number, status=Status.REJECTED, reasons=(known(ReasonCode.BLURRED),))
        sha256 = SHA if number == 1 else f"{number:064x}"
        catalog.claim(sha256, row.id)
        rival = image(number + 100, status=Status.PROCESSING)
        catalog.create(rival)
        appealed, claimed = at_once(
            lambda row=row: amendments.appeal(row.id, OWNER, "Look again."),  # type: ignore[misc]
            lambda sha256=sha256, rival=rival: catalog.claim(sha256, rival.id) == rival.id,  # type: ignore[misc]
        )
        alive = real_desk.row(row.id).status is Status.PENDING_REVIEW
        assert alive is isinstance(appealed, Image)
        assert alive is not claimed
        assert catalog.claimed_by(sha256) == (row.id if alive else rival.id)
