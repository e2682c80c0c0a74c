from __future__ import annotations

from lumenstock import bootstrap
from lumenstock.adapters.aws.queues import object_created
from tests.conftest import Stores


def test_a_message_arrives_as_it_was_sent(stores: Stores) -> None:
    bootstrap.embed_live_queue().send({"image_id": "a", "rev": 1, "title": "Füße"})
    assert stores.messages(stores.embed_live_queue_url) == [{"image_id": "a", "rev": 1, "title": "Füße"}]


def test_a_received_message_is_hidden_until_it_is_given_back_or_deleted(stores: Stores) -> None:
    queue = bootstrap.ingest_queue()
    queue.send({"n": 1})
    (received,) = queue.receive(10, 0)
    assert queue.receive(10, 0) == []
    queue.delay(received.receipt_handle, 0)
    (again,) = queue.receive(10, 0)
    assert again.body == received.body
    queue.delete(again.receipt_handle)
    depth = stores.sqs.get_queue_attributes(QueueUrl=stores.ingest_queue_url, AttributeNames=["All"])[
        "Attributes"
    ]
    assert depth["ApproximateNumberOfMessagesNotVisible"] == "0"
    assert stores.messages(stores.ingest_queue_url) == []


def test_a_message_that_rests_is_not_seen(stores: Stores) -> None:
    queue = bootstrap.ingest_queue()
    queue.send({"n": 1})
    (received,) = queue.receive(10, 0)
    queue.delay(received.receipt_handle, 60)
    assert queue.receive(10, 0) == []
    assert stores.messages(stores.ingest_dlq_url) == []


def test_our_own_event_has_the_form_of_s3s() -> None:
    assert object_created("b", "k/ü a") == {"detail": {"bucket": {"name": "b"}, "object": {"key": "k/ü a"}}}
