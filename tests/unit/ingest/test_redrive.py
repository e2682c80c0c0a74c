"""Dead letters of every queue, rows in every state, and a mover that dies or is called twice."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import boto3
import pytest

from cli.redrive import Pace, arrival_of
from lumenstock import bootstrap
from lumenstock.adapters.aws.queues import SqsQueue, created_object, object_created
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.ingest.redrive import Fate, embed_request, ingest_request
from lumenstock.kernel.ids import ImageId, UploadId
from tests.conftest import ORIGINALS, Stores
from tests.unit.ingest.desk import Desk, at_once
from tests.unit.search.images import image

__all__ = ["at_once"]  # a fixture


@pytest.fixture
def ingest(stores: Stores) -> Desk:
    letters = SqsQueue(stores.sqs, stores.ingest_dlq_url)
    return Desk(stores, letters, stores.ingest_queue_url, arrival_of)


@pytest.fixture
def embed(stores: Stores) -> Desk:
    dlq_url = boto3.client("sqs").create_queue(QueueName="embed-dlq")["QueueUrl"]
    letters = SqsQueue(stores.sqs, dlq_url)
    return Desk(stores, letters, stores.embed_live_queue_url, embed_request)


def put(number: int = 1, **fields: Any) -> Image:
    row = image(number, **fields)
    key = f"originals/ann/2026/01/02/{row.id}.jpg"
    row = replace(row, source=replace(row.source, key=key))
    bootstrap.catalog().create(row)
    return row


def arrival(row: Image) -> dict[str, object]:
    return object_created(ORIGINALS, row.source.key)


def test_a_failed_image_goes_back_to_processing_with_its_message(ingest: Desk) -> None:
    row = put(status=Status.PROCESSING_FAILED)
    ingest.letters.send(arrival(row))
    assert ingest.fates() == {Fate.MOVED: 1}
    assert ingest.status(row) is Status.PROCESSING
    assert bootstrap.catalog().get(row.id).reasons == ()
    assert ingest.sent() == [arrival(row)]
    assert ingest.letters.count() == 0


def test_a_second_run_finds_nothing_to_move(ingest: Desk) -> None:
    row = put(status=Status.PROCESSING_FAILED)
    ingest.letters.send(arrival(row))
    assert ingest.fates() == {Fate.MOVED: 1}
    assert ingest.fates() == {}
    assert len(ingest.sent()) == 1


def test_two_letters_of_one_image_are_one_message(ingest: Desk) -> None:
    row = put(status=Status.PROCESSING_FAILED)
    for _ in range(2):
        ingest.letters.send(arrival(row))
    assert ingest.fates() == {Fate.MOVED: 1, Fate.DROPPED: 1}
    assert ingest.sent() == [arrival(row)]
    assert ingest.letters.count() == 0


@pytest.mark.parametrize(
    "status", sorted(set(Status) - {Status.UPLOADING, Status.PROCESSING, Status.PROCESSING_FAILED})
)
def test_a_letter_of_an_image_that_is_past_processing_is_dropped(ingest: Desk, status: Status) -> None:
    row = put(status=status)
    ingest.letters.send(arrival(row))
    assert ingest.fates() == {Fate.DROPPED: 1}
    assert (ingest.sent(), ingest.status(row), ingest.letters.count()) == ([], status, 0)


def test_a_dry_run_says_the_same_and_changes_nothing(ingest: Desk) -> None:
    failed, done = put(status=Status.PROCESSING_FAILED), put(2)
    for row in (failed, failed, done):
        ingest.letters.send(arrival(row))
    told = ingest.fates(dry_run=True)
    assert told == {Fate.MOVED: 1, Fate.DROPPED: 2}
    assert (ingest.sent(), ingest.status(failed), ingest.letters.count()) == ([], failed.status, 3)
    assert ingest.fates() == told


def test_what_is_no_message_of_this_queue_stays_for_a_person(ingest: Desk) -> None:
    ingest.letters.send({"hello": "world"})
    ingest.letters.send(object_created(ORIGINALS, "somebody/elses.jpg"))
    assert ingest.fates() == {Fate.LEFT: 2}
    assert ingest.letters.count() == 2, "and can be seen again at once"


def test_a_letter_without_a_row_is_moved_if_its_row_is_still_to_be_made(ingest: Desk) -> None:
    by_credentials = f"originals/ann/2026/01/02/{UploadId('01HZY0000000000000000000UP')}/deep/a.jpg"
    ingest.letters.send(object_created(ORIGINALS, by_credentials))
    ingest.letters.send(arrival(image(7)))
    assert ingest.fates() == {Fate.MOVED: 1, Fate.DROPPED: 1}
    assert ingest.sent() == [object_created(ORIGINALS, by_credentials)]


def test_no_more_letters_are_looked_at_than_asked(ingest: Desk) -> None:
    for number in range(1, 6):
        ingest.letters.send(arrival(put(number, status=Status.PROCESSING_FAILED)))
    assert ingest.fates(limit=3) == {Fate.MOVED: 3}
    assert (len(ingest.sent()), ingest.letters.count()) == (3, 2)


def test_an_image_that_fails_again_meanwhile_waits_for_the_next_run(ingest: Desk) -> None:
    row = put(status=Status.PROCESSING_FAILED)
    ingest.letters.send(arrival(row))
    fates = []
    for finding in ingest.redriver().run():
        fates.append(finding.fate)
        if finding.fate is Fate.MOVED:  # the pipeline fails as fast as it can
            bootstrap.catalog().update(
                row.id, lambda seen: seen.moved(Status.PROCESSING_FAILED, seen.entered_at)
            )
            ingest.letters.send(arrival(row))
    assert fates == [Fate.MOVED, Fate.LEFT]
    assert ingest.letters.count() == 1


class Dies(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("step", ["update", "send", "delete"])
def test_a_run_that_dies_leaves_the_letter_and_the_next_one_completes_it(
    ingest: Desk, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    row = put(status=Status.PROCESSING_FAILED)
    ingest.letters.send(arrival(row))
    owner: Any = bootstrap.catalog() if step == "update" else SqsQueue
    with monkeypatch.context() as patch:

        def die(*_: object) -> None:
            raise Dies

        patch.setattr(owner, step, die)
        with pytest.raises(Dies):
            ingest.fates()
    assert ingest.letters.count() == 1
    assert ingest.fates() == {Fate.MOVED: 1}
    assert ingest.status(row) is Status.PROCESSING
    sent = ingest.sent()
    assert sent == [arrival(row)] * (2 if step == "delete" else 1), "a message twice is an image once"


@pytest.mark.parametrize("status", [Status.PROCESSING, Status.PROCESSING_FAILED, Status.APPROVED])
def test_an_image_without_its_vector_or_document_is_embedded_again(embed: Desk, status: Status) -> None:
    row = put(status=status, renditions=("300",))
    message = {"image_id": row.id, "rev": row.rev}
    embed.letters.send(message)
    assert embed.fates() == {Fate.MOVED: 1}
    assert embed.sent() == [message]
    assert embed.status(row) is (Status.APPROVED if status is Status.APPROVED else Status.PROCESSING)


@pytest.mark.parametrize(
    "fields", [{"status": Status.REJECTED}, {"rev": 2}, {"renditions": ()}], ids=["over", "anew", "no files"]
)
def test_an_embedding_that_nobody_waits_for_is_dropped(embed: Desk, fields: dict[str, Any]) -> None:
    row = put(**{"status": Status.PROCESSING_FAILED, "renditions": ("300",), **fields})
    embed.letters.send({"image_id": row.id, "rev": 1})
    assert embed.fates() == {Fate.DROPPED: 1}
    assert embed.sent() == []
    assert embed.status(row) is row.status


def test_what_a_backfill_sent_goes_back_while_its_picture_waits_for_review(embed: Desk) -> None:
    row = put(status=Status.PENDING_REVIEW, renditions=("300",), rev=2)
    message = {"image_id": row.id, "rev": 2}
    embed.letters.send(message)
    assert embed.fates() == {Fate.MOVED: 1}
    assert embed.sent() == [message]
    assert embed.status(row) is Status.PENDING_REVIEW


def test_only_what_is_moved_counts_for_the_rate(ingest: Desk) -> None:
    for number, status in enumerate((Status.PROCESSING_FAILED, Status.APPROVED, Status.PROCESSING), 1):
        ingest.letters.send(arrival(put(number, status=status)))
    ingest.fates()
    assert len(ingest.turns) == 2


def test_calls_are_let_through_at_the_rate_and_a_rest_is_not_made_up_for() -> None:
    now, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(round(seconds, 3))
        now[0] += seconds

    pace = Pace(4, lambda: now[0], sleep)
    for _ in range(3):
        pace()
    assert slept == [0.25, 0.25]
    now[0] += 60
    pace()
    pace()
    assert slept == [0.25, 0.25, 0.25]


def test_an_arrival_is_read_as_it_was_sent() -> None:
    assert created_object(json.dumps(object_created("b", "a b+ü.jpg"))) == ("b", "a b+ü.jpg")
    for body in ("", "[]", "{}", '{"detail": {"bucket": {"name": 1}, "object": {"key": "k"}}}'):
        assert created_object(body) is None


def test_the_image_of_a_letter_is_that_of_its_key() -> None:
    request = ingest_request("originals/ann/2026/01/02/01HZY0000000000000000000A1.jpg")
    assert request is not None
    assert request.image_id == ImageId("01HZY0000000000000000000A1")
