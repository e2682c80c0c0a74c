"""Images whose vector is to be made, and the queues that say so."""

from __future__ import annotations

from collections.abc import Sequence

from lumenstock import bootstrap
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from tests.conftest import Stores
from tests.unit.ingest.rendered import rendered


def send(stores: Stores, *numbers: int) -> list[Image]:
    """Render images and send their messages."""
    rows = [rendered(bootstrap.catalog(), stores, number) for number in numbers]
    for row in rows:
        bootstrap.embed_live_queue().send({"image_id": row.id, "rev": row.rev})
    return rows


def statuses(rows: Sequence[Image]) -> list[Status]:
    """As they stand."""
    found = bootstrap.catalog().get_many([row.id for row in rows])
    return [found[row.id].status for row in rows]


def waiting(stores: Stores) -> tuple[int, int]:
    """Messages that can be seen, and messages in hand or at rest."""
    answer = stores.sqs.get_queue_attributes(
        QueueUrl=stores.embed_live_queue_url,
        AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    )
    found = answer["Attributes"]
    seen, in_hand = found["ApproximateNumberOfMessages"], found["ApproximateNumberOfMessagesNotVisible"]
    return int(seen), int(in_hand)
