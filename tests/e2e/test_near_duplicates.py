"""Pictures that come again on the deployed stage: one's own, somebody else's, and what was taken down."""

from __future__ import annotations

import io
import secrets
from typing import Any

import httpx
import pytest
from PIL import Image, ImageOps

from tests.e2e import journey
from tests.e2e.stage import Person
from tests.pictures import encode, photo

OWN, ANOTHERS = "near_duplicate", "near_duplicate_of_another"
DOWN, DOWN_EXACTLY = "near_duplicate_of_taken_down", "taken_down_before"


def new_picture() -> bytes:
    """A JPEG like no other, with enough in it to be known again."""
    return encode(photo(640, 480, seed=secrets.randbits(32), fields=(12, 16)), quality=90)


def smaller(picture: bytes) -> bytes:
    """The same picture at three quarters of its size, at another quality."""
    with Image.open(io.BytesIO(picture)) as opened:
        return encode(opened.resize((opened.width * 3 // 4, opened.height * 3 // 4)), quality=60)


def mirrored(picture: bytes) -> bytes:
    """The same picture as a mirror shows it."""
    with Image.open(io.BytesIO(picture)) as opened:
        return encode(ImageOps.mirror(opened), quality=80)


def codes(image: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in image["reasons"]]


def waits(person: Person, image_id: str, *why: str) -> journey.Status:
    """Where a picture stands that waits for a moderator, for exactly these reasons."""
    status = journey.settled(person, image_id)
    assert (status["status"], codes(status)) == ("pending_review", list(why)), status
    return status


def queued(admin: Person, image_id: str) -> dict[str, Any]:
    """A picture as the moderators' queue shows it."""
    cursor = None
    while True:
        params = {"page_size": 100} | ({"cursor": cursor} if cursor else {})
        page = journey.expect(admin.api.get("/v1/admin/moderation/queue", params=params))
        for image in page["images"]:
            if image["imageId"] == image_id:
                return dict(image)
        cursor = page["nextCursor"]
        assert cursor, f"{image_id} is not in the queue"


def shown(image: dict[str, Any]) -> bytes:
    """The preview that a moderator sees of a picture."""
    url = image["previews"]["previewUrl"]
    return httpx.get(url, trust_env=False, timeout=30).raise_for_status().content


def moderated(admin: Person, image_id: str) -> dict[str, Any]:
    return journey.expect(admin.api.get(f"/v1/admin/moderation/{image_id}"))


def test_a_contributor_is_told_of_a_copy_of_their_own_and_may_have_both(contributor: Person) -> None:
    picture = new_picture()
    first = journey.upload(contributor, picture)
    journey.approved(contributor, first)
    second = journey.upload(contributor, smaller(picture))
    told = waits(contributor, second, OWN)
    assert told["nearDuplicateOf"] == [first]
    assert first in told["reasons"][0]["text"]
    target = f"/v1/contributor/images/{second}"
    meant = contributor.api.patch(target, json={"allowNearDuplicate": True}, headers={"If-Match": "*"})
    assert journey.expect(meant)["status"] == "approved"
    third = journey.upload(contributor, mirrored(picture), allowNearDuplicate=True)
    assert set(journey.approved(contributor, third)["nearDuplicateOf"]) == {first, second}


@pytest.mark.parametrize(("step", "end"), [("approve", "approved"), ("reject", "rejected")])
def test_a_copy_of_somebody_else_s_waits_for_a_moderator_who_sees_both(
    contributor: Person, stranger: Person, admin: Person, step: str, end: str
) -> None:
    picture = new_picture()
    first = journey.upload(contributor, picture)
    journey.approved(contributor, first)
    second = journey.upload(stranger, smaller(picture), allowNearDuplicate=True)
    told = waits(stranger, second, ANOTHERS)
    assert (told["nearDuplicateOf"], first in str(told)) == ([], False)
    waiting = queued(admin, second)
    (other,) = waiting["nearDuplicateOf"]
    assert (other["imageId"], other["own"], other["takenDown"]) == (first, False, False)
    for image in (waiting, moderated(admin, other["imageId"])):
        assert Image.open(io.BytesIO(shown(image))).width > 0
    why = {} if step == "approve" else {"reasons": ["copyright"]}
    assert journey.decide(admin, second, step, waiting["version"], **why)["status"] == end
    assert journey.status_of(stranger, second)["status"] == end
    assert journey.status_of(contributor, first)["status"] == "approved"


def test_whatever_looks_like_what_was_taken_down_waits_also_once_that_is_deleted(
    contributor: Person, stranger: Person, admin: Person
) -> None:
    picture = new_picture()
    first = journey.upload(contributor, picture)
    journey.approved(contributor, first)
    journey.decide(admin, first, "takedown", reasons=["copyright"])
    near = journey.upload(stranger, smaller(picture), allowNearDuplicate=True)
    waits(stranger, near, DOWN)
    waiting = queued(admin, near)
    (other,) = waiting["nearDuplicateOf"]
    assert (other["imageId"], other["takenDown"]) == (first, True)
    assert moderated(admin, first)["history"][0]["action"] == "take_down"
    journey.decide(admin, near, "reject", waiting["version"], reasons=["copyright"])
    exact = journey.upload(stranger, picture)
    waits(stranger, exact, DOWN_EXACTLY)
    waiting = queued(admin, exact)
    assert waiting["copyOf"] == first
    journey.decide(admin, exact, "reject", waiting["version"], reasons=["copyright"])
    deleted = contributor.api.delete(f"/v1/contributor/images/{first}", headers={"If-Match": "*"})
    assert deleted.status_code == 204
    again = journey.upload(contributor, mirrored(picture), allowNearDuplicate=True)
    told = waits(contributor, again, DOWN)
    assert first in told["reasons"][0]["text"]
    assert journey.decide(admin, again, "approve", told["version"])["status"] == "approved"
