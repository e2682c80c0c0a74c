"""Files and items that must go: written with the decision that says so, deleted after it, never forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from lumenstock.catalog.image import Image, developed_key
from lumenstock.kernel.ids import ImageId

# Whoever began before the decision may still write after the first deletion; no function runs any longer.
LATE_WRITERS = timedelta(minutes=15)
# An upload URL lives an hour, and what began just before its end has as long again.
LATE_UPLOADS = timedelta(hours=2)
# What contributors delete leaves the edge together with all that others delete, a few times a day: the edge
# takes few requests at a time, and emptying it for each handful would leave it empty all day.
EDGE_ROUND = timedelta(hours=6)


class Purged(StrEnum):
    """What a purge deletes."""

    DERIVATIVES = "derivatives"
    PARTS = "parts"
    ORIGINAL = "original"
    DEVELOPED = "developed"
    EDGE = "edge"
    HASHES = "hashes"


@dataclass(frozen=True, slots=True)
class Purge:
    """One thing to delete, the item ``IMG#id`` / ``PURGE#what#version``.

    It is deleted as soon as it is due, and once more when ``final_at`` has come; then it is off the list.

    Attributes:
        version: Of the row that the decision led to.
        prefix: Everything below it, in the bucket or at the edge; empty for parts, which are items; of hashes
            the hash, whose bands have an item each.
        due_at: Not before this moment.
    """

    image_id: ImageId
    version: int
    what: Purged
    prefix: str
    due_at: datetime
    final_at: datetime


def purge_of_files(image: Image, version: int, now: datetime) -> tuple[Purge, ...]:
    """All public files of ``image`` at the address that it has now, and what they were made from.

    The latter is that of one revision: an image that is restored has its next one developed beside it.
    """
    prefixes = {
        Purged.DERIVATIVES: f"{image.media_key}/",
        Purged.EDGE: f"{image.media_key}/",
        Purged.DEVELOPED: developed_key(image.id, image.rev),
    }
    return tuple(
        Purge(image.id, version, what, prefix, now, final_at=now + LATE_WRITERS)
        for what, prefix in prefixes.items()
    )


def purge_of_everything(
    image: Image, version: int, now: datetime, keep_original: timedelta
) -> tuple[Purge, ...]:
    """All that was made of it, vectors, technical metadata, hash; the original after ``keep_original``.

    The hash of a picture that is down stays: deleting it must not open the way to its next copy.
    """
    original_due = now + keep_original
    original_final = max(original_due, now + LATE_UPLOADS)
    edge: tuple[Purge, ...] = ()
    if image.exposed:
        due = _next_round(now + LATE_WRITERS)
        edge = (Purge(image.id, version, Purged.EDGE, f"{image.media_key}/", due, final_at=due),)
    below = {
        Purged.DERIVATIVES: f"{image.media_key}/",
        Purged.DEVELOPED: f"developed/{image.id}/",
        Purged.PARTS: "",
    }
    if image.likeness and not image.is_banned:
        below[Purged.HASHES] = image.likeness.hash
    return (
        *(
            Purge(image.id, version, what, prefix, now, final_at=now + LATE_WRITERS)
            for what, prefix in below.items()
        ),
        *edge,
        Purge(image.id, version, Purged.ORIGINAL, image.source.key, original_due, original_final),
    )


def _next_round(moment: datetime) -> datetime:
    """The first moment from then on at which the edge is told of deletions."""
    return moment + (datetime.min.replace(tzinfo=UTC) - moment) % EDGE_ROUND
