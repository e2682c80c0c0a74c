"""Ways to the errors of decisions on an image: moderation, edit, deletion, appeal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lumenstock import bootstrap
from lumenstock.adapters.aws.catalog import DynamoCatalog
from lumenstock.catalog.image import Image
from lumenstock.catalog.reasons import ReasonCode
from lumenstock.catalog.states import Status
from lumenstock.ingest.refusals import known
from lumenstock.kernel.ids import ImageId, UserId
from tests.functions.gateway import Answer, Person
from tests.functions.provocations.samples import (
    ANA,
    IMAGE_ID,
    SAMPLES,
    Sample,
)
from tests.functions.provocations.scene import Provocation, Scene, forged_cursor
from tests.unit.search.images import image as some_image


def image_in(status: Status, **fields: Any) -> Provocation:
    """The request on an image of Ana's in this status."""

    def provoke(_: Scene, sample: Sample) -> Answer:
        row = replace(some_image(), id=IMAGE_ID, contributor_id=UserId(ANA.id), status=status, **fields)
        bootstrap.catalog().create(row)
        return sample.send()

    return provoke


def image_whose_file_is_anothers(status: Status, *reasons: ReasonCode) -> Provocation:
    def provoke(scene: Scene, sample: Sample) -> Answer:
        bootstrap.catalog().create(some_image(2))
        bootstrap.catalog().claim("ab" * 32, some_image(2).id)
        source = replace(some_image().source, sha256="ab" * 32)
        told = tuple(known(code) for code in reasons)
        return image_in(status, source=source, reasons=told)(scene, sample)

    return provoke


def image_that_changes_all_the_time(status: Status, *reasons: ReasonCode) -> Provocation:
    def provoke(scene: Scene, sample: Sample) -> Answer:
        read = DynamoCatalog.get

        def read_late(self: DynamoCatalog, image_id: ImageId) -> Image:
            present = read(self, image_id)
            return replace(present, version=present.version - 1)

        scene.patch.setattr(DynamoCatalog, "get", read_late)
        return image_in(status, reasons=tuple(known(code) for code in reasons))(scene, sample)

    return provoke


def decision_after_anothers(scene: Scene, sample: Sample) -> Answer:
    image_in(Status.PENDING_REVIEW)(scene, replace(sample, target="/v1/health", method="GET"))
    dora = Person("88888888-aaaa-4bbb-8ccc-222222222222", ("admin",))
    SAMPLES["rejectImage"].send(person=dora)
    return sample.send()


TITLE = ReasonCode.MISLEADING_TITLE

# Ways that only decisions on an image know.
DECISIONS: dict[tuple[str, str], Provocation] = {
    ("getModerationQueue", "bad_request"): forged_cursor,
    ("getFailedProcessing", "bad_request"): forged_cursor,
    ("editContributorImage", "illegal_transition"): image_in(Status.EXPIRED),
    ("editContributorImage", "duplicate_image"): image_whose_file_is_anothers(Status.REJECTED, TITLE),
    ("editContributorImage", "version_conflict"): image_that_changes_all_the_time(Status.APPROVED),
    ("deleteContributorImage", "version_conflict"): image_that_changes_all_the_time(Status.APPROVED),
    ("appealRefusal", "illegal_transition"): image_in(Status.APPROVED),
    ("appealRefusal", "duplicate_image"): image_whose_file_is_anothers(Status.REJECTED, TITLE),
    ("appealRefusal", "version_conflict"): image_that_changes_all_the_time(Status.REJECTED, TITLE),
    ("retryFailedProcessing", "illegal_transition"): image_in(Status.APPROVED),
    ("retryFailedProcessing", "version_conflict"): image_that_changes_all_the_time(Status.PROCESSING_FAILED),
    ("approveImage", "already_decided"): decision_after_anothers,
    ("rejectImage", "already_decided"): decision_after_anothers,
    ("approveImage", "illegal_transition"): image_in(Status.PROCESSING),
    ("rejectImage", "illegal_transition"): image_in(Status.PROCESSING),
    ("approveImage", "version_conflict"): image_that_changes_all_the_time(Status.PENDING_REVIEW),
    ("rejectImage", "version_conflict"): image_that_changes_all_the_time(Status.PENDING_REVIEW),
    ("takeImageDown", "illegal_transition"): image_in(Status.PROCESSING),
    ("takeImageDown", "version_conflict"): image_that_changes_all_the_time(Status.APPROVED),
    ("restoreImage", "illegal_transition"): image_in(Status.PROCESSING),
    ("restoreImage", "duplicate_image"): image_whose_file_is_anothers(Status.TAKEN_DOWN),
    ("restoreImage", "version_conflict"): image_that_changes_all_the_time(Status.TAKEN_DOWN),
}
