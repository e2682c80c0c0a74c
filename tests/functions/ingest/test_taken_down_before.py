"""A file that was taken down comes again, as another image: nobody sees it before a moderator did."""

from __future__ import annotations

import pytest

from functions.ingest import validate
from lumenstock import bootstrap, use_cases
from lumenstock.catalog.decision import Actor
from lumenstock.catalog.image import Image
from lumenstock.catalog.reasons import ReasonCode
from lumenstock.catalog.states import Status
from lumenstock.ingest.moderation import Verdict
from lumenstock.ingest.review import ReviewPolicy
from lumenstock.kernel.errors import DuplicateImageError
from lumenstock.kernel.ids import UserId
from tests.conftest import ORIGINALS
from tests.functions.ingest.conftest import Pipeline
from tests.pictures import jpeg

A, B, C, D = (f"01HZY0000000000000000000{name}1" for name in "ABCD")
MODERATOR = Actor("cara", "admin")
COPYRIGHT = Verdict((ReasonCode.COPYRIGHT,))
AUTO = ReviewPolicy("auto", approve_unscored=True)
BODY = jpeg(seed=5)


def move(row: Image, target: Status, **fields: object) -> Image:
    now = bootstrap.clock().now()
    return bootstrap.catalog().update(row.id, lambda present: present.moved(target, now, **fields))


def arrive(pipeline: Pipeline, name: str, owner: str = "eve", body: bytes = BODY) -> Image:
    """An upload with its files, and where the embed step would put it."""
    row = pipeline.run(pipeline.upload(body, name, owner=owner))
    if row.status is not Status.PROCESSING:
        return row
    status, reasons = AUTO.decide(row, None)
    return move(row, status, reasons=reasons)


def take_down(row: Image) -> Image:
    return use_cases.moderation().take_down(row.id, MODERATOR, COPYRIGHT)


def codes(row: Image) -> list[str]:
    return [reason.code for reason in row.reasons]


@pytest.fixture
def gone(pipeline: Pipeline) -> Image:
    """Ann's picture, which a moderator took down."""
    return take_down(arrive(pipeline, A, "ann"))


def test_an_exact_copy_waits_for_a_moderator_and_its_sender_does_not_learn_of_what(
    pipeline: Pipeline, gone: Image
) -> None:
    copy = arrive(pipeline, B)
    assert (copy.status, codes(copy)) == (Status.PENDING_REVIEW, ["taken_down_before"])
    assert copy.copy_of == gone.id
    (told,) = copy.reasons
    assert gone.id not in told.text
    assert not told.needs_new_upload


def test_who_sends_their_own_again_is_told_which_it_was(pipeline: Pipeline, gone: Image) -> None:
    copy = arrive(pipeline, B, "ann")
    assert copy.status is Status.PENDING_REVIEW
    assert gone.id in copy.reasons[0].text


def test_another_picture_is_none_of_this(pipeline: Pipeline, gone: Image) -> None:
    other = arrive(pipeline, B, body=jpeg(seed=6))
    assert (gone.status, other.status, other.copy_of) == (Status.TAKEN_DOWN, Status.APPROVED, None)


def test_it_is_remembered_when_all_earlier_images_of_the_file_are_deleted_or_refused(
    pipeline: Pipeline, gone: Image
) -> None:
    amendments, moderation = use_cases.amendments(), use_cases.moderation()
    amendments.delete(gone.id, UserId("ann"), None)
    second = arrive(pipeline, B)
    moderation.reject(second.id, None, MODERATOR, COPYRIGHT)
    third = arrive(pipeline, C)
    assert (third.status, third.copy_of) == (Status.PENDING_REVIEW, gone.id)
    amendments.delete(third.id, UserId("eve"), None)
    assert arrive(pipeline, D).status is Status.PENDING_REVIEW


def test_what_a_moderator_approves_is_shown_and_not_held_again(pipeline: Pipeline, gone: Image) -> None:
    copy = arrive(pipeline, B)
    shown = use_cases.moderation().approve(copy.id, None, MODERATOR)
    assert (shown.status, shown.held) == (Status.APPROVED, ())
    with pytest.raises(DuplicateImageError):
        use_cases.moderation().restore(gone.id, MODERATOR)
    take_down(shown)
    restored = use_cases.moderation().restore(shown.id, MODERATOR)
    assert pipeline.run(restored).held == ()


def test_a_restoration_forgets_the_takedown(pipeline: Pipeline, gone: Image) -> None:
    restored = pipeline.run(use_cases.moderation().restore(gone.id, MODERATOR))
    assert (restored.held, restored.copy_of) == ((), None)
    use_cases.amendments().delete(gone.id, UserId("ann"), None)
    assert arrive(pipeline, B).status is Status.APPROVED


def test_a_restoration_does_not_forget_the_takedown_of_another_copy(pipeline: Pipeline, gone: Image) -> None:
    second = use_cases.moderation().approve(arrive(pipeline, B).id, None, MODERATOR)
    take_down(second)
    use_cases.moderation().restore(gone.id, MODERATOR)
    use_cases.amendments().delete(gone.id, UserId("ann"), None)
    third = arrive(pipeline, C)
    assert (third.status, third.copy_of) == (Status.PENDING_REVIEW, second.id)


def test_validating_twice_holds_once(pipeline: Pipeline, gone: Image) -> None:
    image = pipeline.upload(BODY, B, owner="eve")
    payload = {"image_id": image.id, "bucket": ORIGINALS, "key": image.source.key}
    assert validate.handler(payload, None) == validate.handler(payload, None)
    row = pipeline.row(image)
    assert [reason.code for reason in row.held] == ["taken_down_before"]
    assert row.copy_of == gone.id
