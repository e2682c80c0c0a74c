from __future__ import annotations

import pytest

from lumenstock.catalog.reasons import Reason, ReasonCode
from lumenstock.catalog.states import Status
from lumenstock.ingest.review import ReviewPolicy
from tests.unit.search.images import image

RENDERED = image(status=Status.PROCESSING)
HELD = Reason(ReasonCode.MENDED, "Mended.", needs_new_upload=False)


@pytest.mark.parametrize(
    ("review", "approve_unscored", "nsfw", "why"),
    [
        ("auto", False, 0.09, None),
        ("auto", True, 0.1, ReasonCode.SENSITIVE_SCORE),
        ("auto", True, None, None),
        ("auto", False, None, ReasonCode.NOT_SCORED),
        ("all", True, 0.0, ReasonCode.REVIEW_OF_ALL),
        ("all", True, None, ReasonCode.REVIEW_OF_ALL),
    ],
)
def test_only_what_the_stage_calls_harmless_is_approved_without_a_person(
    *, review: str, approve_unscored: bool, nsfw: float | None, why: ReasonCode | None
) -> None:
    policy = ReviewPolicy(review, approve_unscored=approve_unscored)  # type: ignore[arg-type]
    status, reasons = policy.decide(RENDERED, nsfw)
    assert [reason.code for reason in reasons] == ([why] if why else [])
    assert status is (Status.PENDING_REVIEW if why else Status.APPROVED)
    assert not any(reason.needs_new_upload for reason in reasons)


def test_what_is_held_goes_to_a_person_whatever_the_model_finds() -> None:
    policy = ReviewPolicy("auto", approve_unscored=True)
    held = image(status=Status.PROCESSING, held=(HELD,))
    assert policy.decide(held, 0.0) == (Status.PENDING_REVIEW, (HELD,))


@pytest.mark.parametrize("review", ["auto", "all"])
def test_what_a_moderator_approved_is_not_looked_at_twice(review: str) -> None:
    policy = ReviewPolicy(review, approve_unscored=False)  # type: ignore[arg-type]
    assert policy.decide(image(status=Status.PROCESSING, cleared=True), 0.9) == (Status.APPROVED, ())


def test_new_words_of_an_approved_image_are_looked_at_where_everything_is() -> None:
    assert ReviewPolicy("auto", approve_unscored=True).after_edit() == ()
    (why,) = ReviewPolicy("all", approve_unscored=True).after_edit()
    assert why.code is ReasonCode.EDITED
