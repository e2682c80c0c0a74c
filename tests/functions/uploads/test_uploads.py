from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from lumenstock import bootstrap
from lumenstock.catalog.reasons import Reason, ReasonCode
from lumenstock.catalog.states import Status
from lumenstock.kernel.ids import ImageId
from tests.conftest import CATALOG, IDEMPOTENCY, Stores
from tests.functions.gateway import Gateway, Person
from tests.functions.uploads.steps import BEN, CARA, move, start, started, status


def test_an_announced_file_has_a_row_and_a_url_that_signs_all_of_it(gateway: Gateway, ana: Person) -> None:
    answer = start(gateway, ana, tags=["Boats", "boats ", "SEA"], categories=["travel", "travel"])
    assert answer.status == 201
    ticket = answer.json()
    row = bootstrap.catalog().get(ImageId(ticket["imageId"]))
    assert (row.status, row.version, row.rev) == (Status.UPLOADING, 1, 1)
    assert (row.contributor_id, row.contributor_name) == (ana.id, "Ana Lima")
    assert (row.tags, row.categories) == (("boats", "sea"), ("travel",))
    assert re.fullmatch(rf"originals/{ana.id}/\d{{4}}/\d\d/\d\d/{row.id}\.jpg", row.source.key)
    assert re.fullmatch(r"[0-9a-f]{32}", row.media_key)
    url = urlsplit(ticket["uploadUrl"])
    assert url.path.endswith(row.source.key)
    signed = parse_qs(url.query)["X-Amz-SignedHeaders"][0].split(";")
    assert {"content-length", "content-type", "host", "if-none-match"} <= set(signed)
    assert (ticket["method"], ticket["expiresIn"]) == ("PUT", 3600)
    assert ticket["headers"] == {
        "Content-Type": "image/jpeg",
        "Content-Length": "4718592",
        "If-None-Match": "*",
    }
    assert datetime.fromisoformat(ticket["expiresAt"]) == row.created_at + timedelta(hours=1)


@pytest.mark.parametrize(
    ("media_type", "extension"),
    [
        ("image/avif", "avif"),
        ("image/jpeg", "jpg"),
        ("image/png", "png"),
        ("image/tiff", "tif"),
        ("image/webp", "webp"),
    ],
)
def test_each_type_that_the_pipeline_reads_is_taken(
    gateway: Gateway, ana: Person, media_type: str, extension: str
) -> None:
    image_id = started(gateway, ana, contentType=media_type)
    assert bootstrap.catalog().get(image_id).source.key.endswith(f".{extension}")


@pytest.mark.parametrize(
    ("field", "value", "pointer"),
    [
        ("contentType", "image/gif", "/contentType"),
        ("contentType", "image/jpeg; charset=utf-8", "/contentType"),
        ("sizeBytes", 0, "/sizeBytes"),
        ("sizeBytes", 200_000_001, "/sizeBytes"),
        ("sizeBytes", "4718592", "/sizeBytes"),
        ("sizeBytes", 4.5, "/sizeBytes"),
        ("title", "", "/title"),
        ("title", "\u200f\u202eevil", "/title"),
        ("title", "x" * 201, "/title"),
        ("description", "x" * 1001, "/description"),
        ("description", "bell\x07", "/description"),
        ("filename", "a\nb.jpg", "/filename"),
        ("tags", ["x" * 41], "/tags/0"),
        ("tags", ["ok", " "], "/tags/1"),
        ("tags", [str(number) for number in range(51)], "/tags"),
        ("categories", ["nonsense"], "/categories/0"),
        ("owner", "somebody", "/owner"),
    ],
)
def test_a_wrong_announcement_is_refused_and_leaves_no_row(
    gateway: Gateway, ana: Person, stores: Stores, field: str, value: Any, pointer: str
) -> None:
    answer = start(gateway, ana, **{field: value})
    assert answer.code == "validation_failed"
    assert [item["pointer"] for item in answer.json()["errors"]] == [pointer]
    assert stores.dynamodb.scan(TableName=CATALOG)["Count"] == 0


def test_texts_are_composed_and_tidy(gateway: Gateway, ana: Person) -> None:
    image_id = started(gateway, ana, title=" Sa\u0303o   Paulo ", description="one \n\ntwo\n")
    row = bootstrap.catalog().get(image_id)
    assert (row.title, row.description) == ("S\u00e3o Paulo", "one\n\ntwo")


def test_a_stage_may_take_less(gateway: Gateway, ana: Person, set_stage: Callable[..., None]) -> None:
    set_stage(UPLOAD_MAX_BYTES="1000")
    answer = start(gateway, ana, sizeBytes=1001)
    assert answer.code == "validation_failed"
    assert answer.json()["errors"][0]["code"] == "too_large"
    assert start(gateway, ana, sizeBytes=1000).status == 201


def test_the_same_announcement_twice_is_one_upload(gateway: Gateway, ana: Person, stores: Stores) -> None:
    answers = {start(gateway, ana, key="k").body for _ in range(2)}
    assert len(answers) == 1
    assert stores.dynamodb.scan(TableName=CATALOG)["Count"] == 1


def test_a_key_is_forgotten_when_the_url_ends(gateway: Gateway, ana: Person, stores: Stores) -> None:
    ends = datetime.fromisoformat(start(gateway, ana, key="k").json()["expiresAt"])
    (item,) = stores.dynamodb.scan(TableName=IDEMPOTENCY)["Items"]
    assert (
        timedelta(0)
        <= ends - datetime.fromtimestamp(int(item["expires_at"]["N"]), UTC)
        < timedelta(minutes=5)
    )


def test_without_a_key_each_announcement_is_its_own_upload(gateway: Gateway, ana: Person) -> None:
    assert started(gateway, ana) != started(gateway, ana)


def test_who_never_signed_in_here_is_told_how_to_get_a_profile(gateway: Gateway) -> None:
    answer = start(gateway, BEN)
    assert answer.code == "profile_missing"
    assert "GET /v1/auth/me" in answer.json()["detail"]


def test_a_buyer_uploads_nothing(gateway: Gateway, ana: Person) -> None:
    assert start(gateway, Person(ana.id, ("buyer",))).code == "forbidden"


def test_the_status_of_a_new_upload(gateway: Gateway, ana: Person) -> None:
    image_id = started(gateway, ana)
    answer = status(gateway, ana, image_id)
    body = answer.json()
    assert body.pop("createdAt") == body.pop("enteredAt")
    assert body == {
        "imageId": image_id,
        "status": "uploading",
        "version": 1,
        "title": "Harbour at dawn",
        "reasons": [],
        "nearDuplicateOf": [],
        "renditions": [],
        "width": None,
        "height": None,
        "previewUrl": None,
    }
    assert answer.headers["cache-control"] == "private, no-cache"


def test_the_status_is_sent_again_only_when_it_changed(gateway: Gateway, ana: Person) -> None:
    image_id = started(gateway, ana)
    tag = status(gateway, ana, image_id).headers["etag"]
    assert status(gateway, ana, image_id, tag).status == 304
    move(image_id, Status.PROCESSING)
    assert status(gateway, ana, image_id, tag).json()["status"] == "processing"


def test_a_refusal_shows_all_its_reasons(gateway: Gateway, ana: Person) -> None:
    image_id = started(gateway, ana)
    reasons = (
        Reason(ReasonCode.TOO_SMALL, "Send a larger file.", needs_new_upload=True),
        Reason(ReasonCode.ANIMATED, "Send a still picture.", needs_new_upload=True),
    )
    move(image_id, Status.PROCESSING)
    move(image_id, Status.REJECTED, reasons=reasons)
    assert status(gateway, ana, image_id).json()["reasons"] == [
        {"code": "too_small", "text": "Send a larger file.", "needsNewUpload": True},
        {"code": "animated", "text": "Send a still picture.", "needsNewUpload": True},
    ]


@pytest.mark.parametrize(
    ("renditions", "preview"), [(("300", "512", "1024"), "1024"), (("300", "preview"), "preview")]
)
def test_the_public_address_is_shown_only_once_approved(
    gateway: Gateway,
    ana: Person,
    set_stage: Callable[..., None],
    renditions: tuple[str, ...],
    preview: str,
) -> None:
    set_stage(MEDIA_BASE_URL="http://localhost:8080/img")
    image_id = started(gateway, ana)
    move(image_id, Status.PROCESSING, renditions=renditions, width_px=1600, height_px=1200)
    before = status(gateway, ana, image_id)
    media_key = bootstrap.catalog().get(image_id).media_key
    assert media_key not in before.body
    move(image_id, Status.APPROVED)
    after = status(gateway, ana, image_id).json()
    assert after["previewUrl"] == f"http://localhost:8080/img/{media_key}/1/{preview}.webp"
    assert (after["width"], after["height"], after["renditions"]) == (1600, 1200, list(renditions))


def test_an_admin_sees_every_image(gateway: Gateway, ana: Person) -> None:
    assert status(gateway, CARA, started(gateway, ana)).status == 200


@pytest.mark.parametrize("image_id", ["abc", "01jd8qz9y0v7w3t5k2n4m6p8ra", "91JD8QZ9Y0V7W3T5K2N4M6P8RA"])
def test_what_is_no_id_is_refused(gateway: Gateway, ana: Person, image_id: str) -> None:
    assert status(gateway, ana, image_id).code == "validation_failed"


@pytest.mark.parametrize(
    ("said", "kept"),
    [({}, "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING"), ({"dataMining": "DMI-ALLOWED"}, "DMI-ALLOWED")],
)
def test_what_is_said_of_data_mining_is_kept(
    gateway: Gateway, ana: Person, said: dict[str, str], kept: str
) -> None:
    row = bootstrap.catalog().get(started(gateway, ana, **said))
    assert row.data_mining == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({}, (None, None, "commercial")),
        ({"imageType": None, "aiGenerated": None}, (None, None, "commercial")),
        (
            {"imageType": "photo", "aiGenerated": False, "licenseType": "editorial"},
            ("photo", False, "editorial"),
        ),
    ],
)
def test_what_kind_of_picture_it_is_is_kept_and_not_guessed(
    gateway: Gateway, ana: Person, said: dict[str, object], kept: tuple[str | None, bool | None, str]
) -> None:
    row = bootstrap.catalog().get(started(gateway, ana, **said))
    assert (row.image_type, row.ai_generated, row.licence_type) == kept
