from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from functions.embed import live
from lumenstock import bootstrap
from lumenstock.catalog.image import Image, rendition_key
from lumenstock.catalog.states import Status
from tests.conftest import DERIVATIVES, Stores, forget_cached
from tests.contract.search.documents import image_id
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
    )
    forget_cached(live)


def record(name: str, body: object) -> dict[str, str]:
    return {"messageId": name, "body": body if isinstance(body, str) else json.dumps(body)}


def asking(name: str, row: Image) -> dict[str, str]:
    return record(name, {"image_id": row.id, "rev": row.rev})


def failures(*records: dict[str, str]) -> list[str]:
    answer = live.handler({"Records": list(records)}, None)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_messages_of_good_images_are_done_and_the_images_can_be_found(stores: Stores) -> None:
    rows = [rendered(bootstrap.catalog(), stores, number) for number in (1, 2)]
    assert failures(*(asking(f"m{number}", row) for number, row in enumerate(rows))) == []
    assert set(bootstrap.search_index().get([row.id for row in rows])) == {row.id for row in rows}


def test_only_the_message_that_failed_comes_again(stores: Stores) -> None:
    good, bad = (rendered(bootstrap.catalog(), stores, number) for number in (1, 2))
    stores.s3.delete_object(Bucket=DERIVATIVES, Key=rendition_key(bad.media_key, 1, "300"))
    assert failures(asking("good", good), asking("bad", bad)) == ["bad"]
    assert bootstrap.catalog().get(good.id).status is Status.APPROVED
    assert bootstrap.catalog().get(bad.id).status is Status.PROCESSING


@pytest.mark.parametrize(
    "body",
    ["not json", "[]", {"rev": 1}, {"image_id": "short", "rev": 1}, {"image_id": image_id(1), "rev": 0}],
)
def test_a_message_that_is_none_goes_to_the_dead_letter_queue_and_harms_no_other(
    stores: Stores, body: object
) -> None:
    good = rendered(bootstrap.catalog(), stores)
    assert failures(record("nonsense", body), asking("good", good)) == ["nonsense"]
