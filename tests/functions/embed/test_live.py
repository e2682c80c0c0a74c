from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from functions.embed import live
from lumenstock import bootstrap
from lumenstock.adapters.onnx.models import publish
from lumenstock.catalog.image import Image, rendition_key
from lumenstock.catalog.states import Status
from tests.conftest import DERIVATIVES, Stores
from tests.contract.search.documents import image_id
from tests.demo_models import NEW, OLD, next_version, open_rollout
from tests.unit.ingest.rendered import rendered
from tools.train_demo import MODEL_FOLDER


@pytest.fixture(autouse=True)
def _stage(stores: Stores, set_stage: Callable[..., None], tmp_path: Path) -> None:  # noqa: ARG001 - before it
    set_stage(
        SEARCH_ENGINE="embedded",
        SEARCH_DIR=str(tmp_path),
        MODEL_DIR=str(MODEL_FOLDER),
        REVIEW="auto",
        APPROVE_UNSCORED="true",
        EMBED_RETRY_DELAYS_S="[0]",
    )


def record(name: str, body: object, receipt: str = "not of this queue") -> dict[str, Any]:
    return {
        "messageId": name,
        "receiptHandle": receipt,
        "body": body if isinstance(body, str) else json.dumps(body),
        "attributes": {"ApproximateReceiveCount": "1"},
    }


def asking(name: str, row: Image) -> dict[str, Any]:
    return record(name, {"image_id": row.id, "rev": row.rev})


def failures(*records: dict[str, Any]) -> list[str]:
    answer = live.handler({"Records": list(records)}, None)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_messages_of_good_images_are_done_and_the_images_can_be_found(stores: Stores) -> None:
    rows = [rendered(bootstrap.catalog(), stores, number) for number in (1, 2)]
    assert failures(*(asking(f"m{number}", row) for number, row in enumerate(rows))) == []
    assert set(bootstrap.search_index().get([row.id for row in rows])) == {row.id for row in rows}


def test_a_model_beside_it_is_read_from_where_it_was_published(stores: Stores, tmp_path: Path) -> None:
    list(publish(next_version(tmp_path), NEW, bootstrap.originals()))
    open_rollout()
    row = rendered(bootstrap.catalog(), stores)
    assert failures(asking("m", row)) == []
    assert all(bootstrap.catalog().get_vector(row.id, model) for model in (OLD, NEW))


def test_only_the_message_that_failed_comes_again(stores: Stores) -> None:
    good, bad = (rendered(bootstrap.catalog(), stores, number) for number in (1, 2))
    stores.s3.delete_object(Bucket=DERIVATIVES, Key=rendition_key(bad.media_key, 1, "300"))
    assert failures(asking("good", good), asking("bad", bad)) == ["bad"]
    assert bootstrap.catalog().get(good.id).status is Status.APPROVED
    assert bootstrap.catalog().get(bad.id).status is Status.PROCESSING


def test_a_message_that_failed_comes_again_long_before_its_visibility_ends(stores: Stores) -> None:
    bad = rendered(bootstrap.catalog(), stores)
    stores.s3.delete_object(Bucket=DERIVATIVES, Key=rendition_key(bad.media_key, 1, "300"))
    queue = bootstrap.embed_live_queue()
    stores.messages(stores.embed_live_queue_url)
    queue.send({"image_id": bad.id, "rev": bad.rev})
    (received,) = queue.receive(1, 0)
    assert queue.receive(1, 0) == []
    assert failures(record("bad", received.body, received.receipt_handle)) == ["bad"]
    assert [message.body for message in queue.receive(1, 0)] == [received.body]


@pytest.mark.parametrize(
    "body",
    ["not json", "[]", {"rev": 1}, {"image_id": "short", "rev": 1}, {"image_id": image_id(1), "rev": 0}],
)
def test_a_message_that_is_none_goes_to_the_dead_letter_queue_and_harms_no_other(
    stores: Stores, body: object
) -> None:
    good = rendered(bootstrap.catalog(), stores)
    assert failures(record("nonsense", body), asking("good", good)) == ["nonsense"]
