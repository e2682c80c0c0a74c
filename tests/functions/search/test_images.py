"""What is public of one image."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lumenstock import bootstrap
from lumenstock.catalog.image import Swatch
from lumenstock.catalog.kind import ImageType, LicenceType
from lumenstock.catalog.states import Status
from lumenstock.search.ports import SearchIndex
from tests.contract.search.documents import document, image_id, toward, unit_vector
from tests.functions.search.conftest import MEDIA, Get
from tests.unit.search.images import image

pytestmark = pytest.mark.usefixtures("stores")

ROUTES = ["", "/preview"]


def test_an_approved_image_is_shown_whole(get: Get) -> None:
    bootstrap.catalog().create(image(1, palette=(Swatch("#FFA400", 0.6),)))
    answer = get(f"/v1/images/{image_id(1)}")
    assert answer.status == 200
    assert answer.json() == {
        "id": image_id(1),
        "title": "Red car",
        "description": "A car at night.",
        "tags": ["car"],
        "categories": ["city"],
        "orientation": "landscape",
        "colors": ["#FFA500"],
        "dimensions": "6000x4000",
        "width": 6000,
        "height": 4000,
        "contributor": "Jane Doe",
        "contributor_id": "user-1",
        "created_at": "2026-11-21T10:30:00.000Z",
        "thumbnail_url": f"{MEDIA}/{1:032x}/1/512.webp",
        "preview_url": f"{MEDIA}/{1:032x}/1/1024.webp",
        "price": {"standard": 299, "enhanced": 1499},
        "image_type": None,
        "license": "commercial",
        "ai_generated": None,
        "people": None,
    }


def test_what_is_known_of_an_image_is_shown(get: Get) -> None:
    bootstrap.catalog().create(image(1, image_type=ImageType.RENDER, ai_generated=True, people=2))
    shown = get(f"/v1/images/{image_id(1)}").json()
    assert (shown["image_type"], shown["ai_generated"], shown["people"]) == ("render", True, 2)


@pytest.mark.parametrize(
    ("prices", "licence", "offered"),
    [
        ('{"standard": 1, "editorial": 2}', LicenceType.COMMERCIAL, {"standard": 1}),
        ('{"standard": 1, "editorial": 2}', LicenceType.EDITORIAL, {"editorial": 2}),
        ('{"standard": 1}', LicenceType.EDITORIAL, {}),
    ],
)
def test_an_image_has_the_prices_of_what_it_is_offered_for(
    get: Get,
    set_stage: Callable[..., None],
    prices: str,
    licence: LicenceType,
    offered: dict[str, int],
) -> None:
    set_stage(PRICES=prices)
    bootstrap.catalog().create(image(1, licence_type=licence))
    shown = get(f"/v1/images/{image_id(1)}").json()
    assert (shown["license"], shown["price"]) == (licence, offered)


def test_an_image_that_the_client_has_is_not_sent_again(get: Get) -> None:
    bootstrap.catalog().create(image(1))
    first = get(f"/v1/images/{image_id(1)}")
    again = get(f"/v1/images/{image_id(1)}", {"if-none-match": first.headers["etag"]})
    assert (again.status, again.body) == (304, "")
    bootstrap.catalog().update(image_id(1), lambda row: row.changed(title="Blue car"))
    changed = get(f"/v1/images/{image_id(1)}", {"if-none-match": first.headers["etag"]})
    assert (changed.status, changed.json()["title"]) == (200, "Blue car")


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("status", [status for status in Status if status is not Status.APPROVED])
def test_an_image_that_is_not_approved_cannot_be_told_from_none(get: Get, status: Status, route: str) -> None:
    bootstrap.catalog().create(image(1, status=status))
    hidden, missing = (get(f"/v1/images/{image_id(n)}{route}") for n in (1, 2))
    assert hidden.status == missing.status == 404
    assert hidden.json()["detail"].replace(image_id(1), "") == missing.json()["detail"].replace(
        image_id(2), ""
    )


@pytest.mark.parametrize("route", [*ROUTES, "/similar"])
def test_what_is_no_id_is_refused(get: Get, route: str) -> None:
    answer = get(f"/v1/images/not-an-id{route}")
    assert (answer.status, answer.json()["errors"][0]["pointer"]) == (422, "image_id")


def test_the_preview_leads_to_the_watermarked_file(get: Get) -> None:
    bootstrap.catalog().create(image(1, renditions=("300", "preview"), rev=2))
    answer = get(f"/v1/images/{image_id(1)}/preview")
    assert (answer.status, answer.body) == (302, "")
    assert answer.headers["location"] == f"{MEDIA}/{1:032x}/2/preview.webp"


def test_similar_images_come_most_alike_first(get: Get, index: SearchIndex) -> None:
    near = unit_vector(1)
    index.write([document(n, vector=toward(near, 1 - n / 10, n)) for n in (1, 2, 3, 4)])
    index.write([document(0, vector=near)])
    answer = get(f"/v1/images/{image_id(0)}/similar", page_size=3)
    assert [int(result["id"]) for result in answer.json()["results"]] == [1, 2, 3]
    assert answer.json()["results"][0]["score"] == pytest.approx(0.9, abs=1e-3)


def test_similar_to_an_unknown_image_is_not_found(get: Get) -> None:
    assert get(f"/v1/images/{image_id(7)}/similar").status == 404
