"""Grants are needed, and enforced here: a step works, and fails once an action is taken from the live role."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import pytest

from lumenstock.imaging.formats import Format
from tests.e2e import journey
from tests.e2e.grants import chosen, fails_without
from tests.e2e.stage import Person, Stage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300, func_only=True)]


@dataclass
class Trial:
    """What a step works on: the stage, and somebody who is signed in."""

    cloud: Stage
    person: Person


def sign_up(trial: Trial) -> None:
    trial.cloud.sign_up("contributor").api.close()


def announce_a_picture(trial: Trial) -> None:
    journey.announce(trial.person, journey.new_picture())


def announce_with_a_key(trial: Trial) -> None:
    trial.person.api.headers["Idempotency-Key"] = uuid4().hex
    try:
        announce_a_picture(trial)
    finally:
        del trial.person.api.headers["Idempotency-Key"]


def send_a_picture(trial: Trial) -> None:
    journey.upload(trial.person)


def process_a_picture(trial: Trial) -> None:
    """Ends at once when the pipeline gives up, which is a failure too."""
    journey.approved(trial.person, journey.upload(trial.person), within_s=45)


def process_camera_raw(trial: Trial) -> None:
    image_id = journey.upload(trial.person, journey.new_camera_raw(), contentType=Format.DNG.media_type)
    journey.approved(trial.person, image_id, within_s=45)


def embed_a_picture(trial: Trial) -> None:
    """The queue gives a failed picture back only after its visibility: a healthy one needs 3 s."""
    journey.approved(trial.person, journey.upload(trial.person), within_s=12)


def page_through_a_search(trial: Trial) -> None:
    found = journey.expect(trial.person.api.get("/v1/search", params={"page_size": 1}))
    assert found["next_cursor"]


def open_a_picture(trial: Trial) -> None:
    found = journey.expect(trial.person.api.get("/v1/search", params={"page_size": 1}))
    journey.expect(trial.person.api.get(f"/v1/images/{found['results'][0]['id']}"))


def hear_of_a_picture(trial: Trial) -> None:
    """An event of a new picture arrives on the bus."""
    with listener(trial.cloud) as heard:
        image_id = journey.upload(trial.person)
        journey.wait_for(lambda: heard(image_id), bool, within_s=12)


@contextmanager
def listener(cloud: Stage) -> Iterator[Callable[[str], bool]]:
    """A queue that hears the bus; gives a function that tells whether an image was spoken of."""
    name = f"test-{uuid4().hex[:8]}"
    url = cloud.operator.sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = cloud.operator.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    bus = cloud.outputs["EventBusName"]
    cloud.operator.events.put_rule(
        Name=name, EventBusName=bus, EventPattern=json.dumps({"source": ["lumenstock"]})
    )
    cloud.operator.events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
    spoken: list[str] = []

    def heard(image_id: str) -> bool:
        received = cloud.operator.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        spoken.extend(message["Body"] for message in received.get("Messages", []))
        return any(image_id in body for body in spoken)

    try:
        yield heard
    finally:
        cloud.operator.events.remove_targets(Rule=name, EventBusName=bus, Ids=["queue"])
        cloud.operator.events.delete_rule(Name=name, EventBusName=bus)
        cloud.operator.sqs.delete_queue(QueueUrl=url)


GRANTS: list[tuple[str, str, Callable[[Trial], None]]] = [
    ("auth-api", "cognito-idp:AdminAddUserToGroup", sign_up),
    ("auth-api", "cognito-idp:AdminGetUser", sign_up),
    ("auth-api", "dynamodb:PutItem", sign_up),
    ("uploads-api", "dynamodb:PutItem", announce_a_picture),
    ("uploads-api", "dynamodb:GetItem", announce_a_picture),
    ("uploads-api", "dynamodb:UpdateItem", announce_with_a_key),
    ("uploads-api", "s3:PutObject", send_a_picture),
    ("ingest-dispatch", "states:StartSyncExecution", process_a_picture),
    ("ingest-validate", "s3:GetObject", process_a_picture),
    ("ingest-validate", "dynamodb:GetItem", process_a_picture),
    ("ingest-validate", "dynamodb:PutItem", process_a_picture),
    ("ingest-render", "s3:GetObjectVersion", process_a_picture),
    ("ingest-render", "s3:PutObject", process_a_picture),
    ("ingest-develop", "s3:GetObjectVersion", process_camera_raw),
    ("ingest-develop", "s3:PutObject", process_camera_raw),
    ("ingest-render", "s3:GetObject", process_camera_raw),
    ("ingest-watermark", "s3:PutObject", process_a_picture),
    ("ingest-metadata", "dynamodb:PutItem", process_a_picture),
    ("ingest-record", "dynamodb:PutItem", process_a_picture),
    ("ingest-record", "sqs:SendMessage", process_a_picture),
    ("embed-live", "s3:GetObject", embed_a_picture),
    ("embed-live", "dynamodb:PutItem", embed_a_picture),
    ("search-api", "secretsmanager:GetSecretValue", page_through_a_search),
    ("search-api", "dynamodb:GetItem", open_a_picture),
    ("indexer-stream", "events:PutEvents", hear_of_a_picture),
]


@pytest.fixture(scope="module")
def trial(cloud: Stage) -> Iterator[Trial]:
    person = cloud.sign_up("contributor")
    trial = Trial(cloud, person)
    for _ in range(2):  # a search of one a page needs a second page
        process_a_picture(trial)
    yield trial
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
