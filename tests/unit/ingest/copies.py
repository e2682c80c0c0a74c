"""What tests of near-duplicates share: who uploads, what is shown, how it is changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from PIL import Image as Picture

from lumenstock.catalog.image import Image
from lumenstock.catalog.reasons import ReasonCode
from lumenstock.ingest.review import ReviewPolicy
from lumenstock.kernel.ids import UserId

APPROVING, REVIEWING = ReviewPolicy("auto", approve_unscored=True), ReviewPolicy("all", approve_unscored=True)
SOMEBODY_ELSE = {"contributor_id": UserId("user-2")}
SHOWN = 3  # a car
FULL = (2, 3, 4, 5, 7, 8)  # scenes with something to be seen in them
DAY, WEEK = timedelta(days=1), timedelta(days=7)

Change = Callable[[Picture.Image], Picture.Image]
Rendered = Callable[..., Image]


def codes(row: Image) -> list[ReasonCode]:
    return [reason.code for reason in row.reasons]


def grey(picture: Picture.Image) -> Picture.Image:
    return picture.convert("L").convert("RGB")


def turned(picture: Picture.Image) -> Picture.Image:
    return picture.transpose(Picture.Transpose.ROTATE_90)
