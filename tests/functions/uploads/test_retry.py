from __future__ import annotations

from datetime import timedelta

import pytest

from lumenstock import bootstrap
from lumenstock.catalog.reasons import Reason, ReasonCode
from lumenstock.catalog.states import Status
from tests.conftest import ORIGINALS, Stores
from tests.functions.gateway import Gateway, Person
from tests.functions.uploads.steps import BEN, move, retry, started, status


def test_somebody_elses_image_looks_like_none(gateway: Gateway, ana: Person) -> None:
    image_id = started(gateway, ana)
    nothing = "01JD8QZ9Y0V7W3T5K2N4M6P8RA"
    for other in (BEN, Person(BEN.id, ("buyer",)), Person(BEN.id)):
        theirs, none = status(gateway, other, image_id), status(gateway, other, nothing)
        assert theirs.code == "not_found"
        assert theirs.body.replace(image_id, nothing) == none.body
    assert retry(gateway, BEN, image_id).code == "not_found"


def test_a_failed_image_is_sent_through_the_pipeline_again(
    gateway: Gateway, ana: Person, stores: Stores
) -> None:
    image_id = started(gateway, ana)
    failed = (Reason(ReasonCode.PROCESSING_FAILED, "Try again.", needs_new_upload=False),)
    move(image_id, Status.PROCESSING)
    move(image_id, Status.PROCESSING_FAILED, reasons=failed)
    answer = retry(gateway, ana, image_id)
    assert (answer.status, answer.json()["status"], answer.json()["reasons"]) == (202, "processing", [])
    key = bootstrap.catalog().get(image_id).source.key
    assert stores.messages(stores.ingest_queue_url) == [
        {"detail": {"bucket": {"name": ORIGINALS}, "object": {"key": key}}}
    ]


def test_a_retry_sent_twice_with_its_key_is_one_retry(gateway: Gateway, ana: Person, stores: Stores) -> None:
    image_id = started(gateway, ana)
    move(image_id, Status.PROCESSING, Status.PROCESSING_FAILED)
    answers = {retry(gateway, ana, image_id, "k").body for _ in range(2)}
    assert len(answers) == 1
    assert len(stores.messages(stores.ingest_queue_url)) == 1
    assert retry(gateway, ana, image_id).code == "illegal_transition"


@pytest.mark.parametrize(
    "way",
    [
        (),
        (Status.PROCESSING,),
        (Status.PROCESSING, Status.REJECTED),
        (Status.PROCESSING, Status.APPROVED),
        (Status.EXPIRED,),
    ],
)
def test_only_failed_processing_can_be_retried(
    gateway: Gateway, ana: Person, stores: Stores, way: tuple[Status, ...]
) -> None:
    image_id = started(gateway, ana)
    move(image_id, *way)
    assert retry(gateway, ana, image_id).code == "illegal_transition"
    assert stores.messages(stores.ingest_queue_url) == []
    assert bootstrap.catalog().get(image_id).status == (way[-1] if way else Status.UPLOADING)


def test_a_retry_that_dies_before_its_message_stands_at_processing_for_the_sweeper(
    gateway: Gateway, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    image_id = started(gateway, ana)
    move(image_id, Status.PROCESSING, Status.PROCESSING_FAILED)

    def dead() -> None:
        message = "killed"
        raise RuntimeError(message)

    monkeypatch.setattr(bootstrap, "ingest_queue", dead)
    assert retry(gateway, ana, image_id).code == "internal"
    later = bootstrap.clock().now() + timedelta(hours=2)
    assert list(bootstrap.catalog().waiting(Status.PROCESSING, later)) == [image_id]
