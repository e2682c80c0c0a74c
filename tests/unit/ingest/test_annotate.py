from __future__ import annotations

import pytest

from lumenstock.catalog.states import Status
from lumenstock.ingest.annotate import embeddable_rendition
from lumenstock.ingest.review import ReviewPolicy
from tests.unit.search.images import image


@pytest.mark.parametrize(
    ("width_px", "height_px", "renditions", "size_px", "chosen"),
    [
        (6000, 4000, ("300", "512", "1024"), 64, "300"),
        (6000, 4000, ("512", "300", "1024"), 64, "300"),
        (6000, 4000, ("300", "512", "1024"), 224, "512"),  # 300 px wide is only 200 px high
        (4000, 6000, ("300", "512", "1024"), 224, "300"),
        (6000, 600, ("300", "512", "1024"), 224, "512"),  # none is high enough: the largest clean one
        (400, 300, ("300", "preview"), 224, "300"),
        (200, 150, ("preview",), 64, "preview"),  # only a marked file exists
    ],
)
def test_the_smallest_clean_file_that_is_large_enough_is_embedded(
    width_px: int, height_px: int, renditions: tuple[str, ...], size_px: int, chosen: str
) -> None:
    row = image(width_px=width_px, height_px=height_px, renditions=renditions)
    assert embeddable_rendition(row, size_px) == chosen


@pytest.mark.parametrize(
    ("review", "approve_unscored", "nsfw", "status"),
    [
        ("auto", False, 0.09, Status.APPROVED),
        ("auto", True, 0.1, Status.PENDING_REVIEW),
        ("auto", True, None, Status.APPROVED),
        ("auto", False, None, Status.PENDING_REVIEW),
        ("all", True, 0.0, Status.PENDING_REVIEW),
        ("all", True, None, Status.PENDING_REVIEW),
    ],
)
def test_only_what_the_stage_calls_harmless_is_approved_without_a_person(
    *, review: str, approve_unscored: bool, nsfw: float | None, status: Status
) -> None:
    policy = ReviewPolicy(review, approve_unscored=approve_unscored)  # type: ignore[arg-type]
    assert policy.status_for(nsfw) is status
