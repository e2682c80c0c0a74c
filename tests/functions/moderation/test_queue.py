"""The queues of moderators: order, pages, and who may see them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.routes import ROUTES, Route
from lumenstock.catalog.states import Status
from tests.functions.gateway import Person
from tests.functions.moderation.conftest import CARA, Desk
from tests.unit.search.images import CREATED, image

QUEUE, FAILED = "/v1/admin/moderation/queue", "/v1/admin/processing/failed"


def test_the_longest_waiting_comes_first_over_all_shards_and_pages(desk: Desk) -> None:
    waiting = [
        desk.put(
            number,
            status=Status.PENDING_REVIEW,
            entered_at=CREATED + timedelta(minutes=number * 37 % 60, milliseconds=number),
        )
        for number in range(1, 24)
    ]
    desk.put(30, status=Status.PROCESSING)
    expected = [row.id for row in sorted(waiting, key=lambda row: row.entered_at)]
    seen: list[str] = []
    target, sizes = f"{QUEUE}?page_size=10", []
    while target:
        page = desk.get(target, CARA).json()
        sizes.append(len(page["images"]))
        seen += [found["imageId"] for found in page["images"]]
        cursor = page["nextCursor"]
        target = f"{QUEUE}?page_size=10&cursor={cursor}" if cursor else ""
    assert seen == expected
    assert sizes == [10, 10, 3]


def test_an_entry_shows_what_a_moderator_needs_and_pictures_that_are_not_public(desk: Desk) -> None:
    row = desk.put(status=Status.PENDING_REVIEW, nsfw=0.42)
    (entry,) = desk.get(QUEUE, CARA).json()["images"]
    assert (entry["imageId"], entry["version"], entry["nsfw"]) == (row.id, row.version, 0.42)
    assert (entry["contributorName"], entry["title"]) == ("Jane Doe", "Red car")
    previews = entry["previews"]
    assert previews["expiresIn"] == 900
    for url in (previews["thumbnailUrl"], previews["previewUrl"]):
        assert row.media_key in url
        assert "X-Amz-Signature=" in url


def test_a_cursor_of_one_queue_is_none_of_the_other(desk: Desk) -> None:
    for number in (1, 2):
        desk.put(number, status=Status.PENDING_REVIEW)
    cursor = desk.get(f"{QUEUE}?page_size=1", CARA).json()["nextCursor"]
    assert desk.get(f"{QUEUE}?page_size=1&cursor={cursor}", CARA).status == 200
    assert desk.get(f"{FAILED}?page_size=1&cursor={cursor}", CARA).code == "bad_request"


def test_anybodys_failed_image_can_be_retried_by_an_admin(desk: Desk) -> None:
    row = desk.put(status=Status.PROCESSING_FAILED, renditions=())
    assert [found["imageId"] for found in desk.get(FAILED, CARA).json()["images"]] == [row.id]
    answer = desk.gateway.request("POST", f"/v1/admin/processing/{row.id}/retry", person=CARA)
    assert (answer.status, answer.json()["status"]) == (202, "processing")
    assert len(desk.stores.messages(desk.stores.ingest_queue_url)) == 1
    assert desk.get(FAILED, CARA).json() == {"images": [], "nextCursor": None}


GARBAGE = ("", "[]", "{", '{"reasons": "no", "picture": 1, "note": []}', "x" * 70_000)
BODIES = {"reject": {"reasons": ["blurred"]}, "takedown": {"reasons": ["blurred"]}}
ADMIN_ROUTES = [route for route in ROUTES if "/admin/" in route.path]


@pytest.mark.parametrize("route", ADMIN_ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_an_admins_route_is_closed_to_everybody_else(desk: Desk, route: Route) -> None:
    path, body = route.path.replace("{id}", image().id), BODIES.get(route.path.rpartition("/")[2])
    for roles in ((), ("buyer",), ("contributor",), ("buyer", "contributor"), ("administrators",)):
        answer = desk.gateway.request(route.method, path, json=body, person=Person(roles=roles))
        assert (answer.status, answer.code) == (403, "forbidden"), roles
    for garbage in GARBAGE:
        told = desk.gateway.request(
            route.method,
            path.replace(image().id, "not-an-id"),
            body=garbage,
            headers={"content-type": "application/json"},
            person=Person(roles=("contributor",)),
        )
        assert (told.status, told.code) == (403, "forbidden"), garbage[:30]
    assert desk.gateway.request(route.method, path, json=body).status == 401
    by_identity_token = Person(roles=("admin",), token_use="id")
    refused = desk.gateway.request(route.method, path, json=body, person=by_identity_token)
    assert refused.code == "not_authenticated"
