"""The grants behind webhooks: a step works, and fails once an action is taken away."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest

from tests.e2e.grants import chosen, fails_without
from tests.e2e.journey import expect, wait_for
from tests.e2e.receiver import PATH, deliveries, receiving
from tests.e2e.stage import Person, Stage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300, func_only=True)]

# A healthy worker that starts cold needs 2 s; a message that failed comes back only after 120.
_WITHIN_S = 8


@dataclass
class Trial:
    """What a step works on: the stage, and a contributor."""

    cloud: Stage
    person: Person

    def happens(self) -> str:
        """An event on the bus, as the indexer sends it; gives its id."""
        event_id = f"{uuid4().hex}#1"
        detail = {
            "id": event_id,
            "image_id": event_id.removesuffix("#1"),
            "version": 1,
            "status": "approved",
            "contributor_id": self.person.id,
            "reasons": [],
            "occurred_at": "2026-11-20T12:00:00.000Z",
        }
        bus = self.cloud.outputs["EventBusName"]
        entry = {"EventBusName": bus, "Source": "lumenstock", "Detail": json.dumps(detail)}
        self.cloud.operator.events.put_events(Entries=[{**entry, "DetailType": "ImageApproved"}])  # type: ignore[typeddict-item]
        return event_id


def make_one(trial: Trial) -> None:
    with receiving(trial.person):
        pass


def list_them(trial: Trial) -> None:
    expect(trial.person.api.get(PATH))


def delete_one(trial: Trial) -> None:
    with receiving(trial.person) as (_, webhook):
        expect(trial.person.api.delete(f"{PATH}/{webhook['id']}"))


def start_a_test(trial: Trial) -> None:
    with receiving(trial.person) as (_, webhook):
        expect(trial.person.api.post(f"{PATH}/{webhook['id']}/test"))


def hear_of_an_event(trial: Trial) -> None:
    with receiving(trial.person) as (receiver, _):
        event_id = trial.happens()
        wait_for(lambda: [known for known, _ in receiver.heard], lambda heard: heard == [event_id], _WITHIN_S)


def hear_the_second_time(trial: Trial) -> None:
    with receiving(trial.person) as (receiver, _):
        receiver.answers = [500]
        trial.happens()
        wait_for(lambda: receiver.heard, lambda heard: len(heard) == 2, _WITHIN_S)


def be_disabled(trial: Trial) -> None:
    """The delivery is settled only once the bus has been told."""
    with receiving(trial.person) as (receiver, webhook):
        receiver.answers = [410]
        trial.happens()
        wait_for(
            lambda: [sent["status"] for sent in deliveries(trial.person, webhook)],
            lambda seen: seen == ["failed"],
            _WITHIN_S,
        )


GRANTS: list[tuple[str, str, Callable[[Trial], None]]] = [
    ("webhooks-api", "dynamodb:PutItem", make_one),
    ("webhooks-api", "dynamodb:UpdateItem", make_one),
    ("webhooks-api", "dynamodb:GetItem", make_one),
    ("webhooks-api", "dynamodb:Query", list_them),
    ("webhooks-api", "dynamodb:DeleteItem", delete_one),
    ("webhooks-api", "sqs:SendMessage", start_a_test),
    ("webhooks-deliver", "dynamodb:Query", hear_of_an_event),
    ("webhooks-deliver", "dynamodb:PutItem", hear_of_an_event),
    ("webhooks-deliver", "dynamodb:GetItem", hear_of_an_event),
    ("webhooks-deliver", "dynamodb:UpdateItem", hear_of_an_event),
    ("webhooks-deliver", "sqs:SendMessage", hear_of_an_event),
    ("webhooks-deliver", "sqs:ChangeMessageVisibility", hear_the_second_time),
    ("webhooks-deliver", "events:PutEvents", be_disabled),
]


@pytest.fixture(scope="module")
def trial(cloud: Stage) -> Iterator[Trial]:
    if cloud.home is None:
        pytest.skip("only a local stage may send to this machine")
    person = cloud.sign_up("contributor")
    yield Trial(cloud, person)
    person.api.close()


@pytest.mark.parametrize(
    ("function", "action", "step"), chosen(GRANTS), ids=lambda part: getattr(part, "__name__", part)
)
def test_a_step_fails_without_its_grant(
    trial: Trial, function: str, action: str, step: Callable[[Trial], None]
) -> None:
    with fails_without(trial.cloud, function, action):
        step(trial)


@pytest.mark.parametrize("step", dict.fromkeys(step for _, _, step in GRANTS), ids=lambda step: step.__name__)
def test_a_step_works_with_all_grants(trial: Trial, step: Callable[[Trial], None]) -> None:
    step(trial)
