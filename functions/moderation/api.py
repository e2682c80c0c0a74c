"""Moderation over HTTP: what waits, what was decided, and the decisions."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from functions.moderation.schema import (
    DecisionView,
    Note,
    ReviewedImage,
    VerdictRequest,
    WorkItem,
    WorkPage,
)
from functions.runtime.http import Api
from functions.runtime.preconditions import IfMatch, seen_version
from functions.runtime.principal import ADMINS, Caller, Principal
from functions.runtime.schema import ImageIdPath
from lumenstock import bootstrap, use_cases
from lumenstock.accounts.roles import Role
from lumenstock.catalog.decision import Actor
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.ingest.upload import reopen_processing
from lumenstock.ingest.work_queue import page_of_work
from lumenstock.kernel.errors import (
    AlreadyDecidedError,
    BadRequestError,
    DuplicateImageError,
    IllegalTransitionError,
    VersionConflictError,
)
from lumenstock.kernel.ids import ImageId
from lumenstock.kernel.pagination import CursorSigner

api = Api("moderation")
handler = api.handler

PageSize = Annotated[int, Query(ge=1, le=100, description="Images a page.")]
Cursor = Annotated[str | None, Query(max_length=512, description="`nextCursor` of the page before.")]


@api.operation(
    "GET",
    "/v1/admin/moderation/queue",
    id="getModerationQueue",
    tag="moderation",
    summary="What waits for review",
    returns="One page, the longest waiting first.",
    access=ADMINS,
    errors=(BadRequestError,),
)
def queue(page_size: PageSize = 20, cursor: Cursor = None) -> WorkPage:
    """List what waits for review."""
    return _page(Status.PENDING_REVIEW, page_size, cursor)


@api.operation(
    "GET",
    "/v1/admin/processing/failed",
    id="getFailedProcessing",
    tag="moderation",
    summary="What could not be processed",
    returns="One page, the longest waiting first.",
    access=ADMINS,
    errors=(BadRequestError,),
)
def failed(page_size: PageSize = 20, cursor: Cursor = None) -> WorkPage:
    """List what failed."""
    return _page(Status.PROCESSING_FAILED, page_size, cursor)


@api.operation(
    "POST",
    "/v1/admin/processing/<image_id>/retry",
    id="retryFailedProcessing",
    tag="moderation",
    summary="Process anybody's failed image again",
    status=202,
    returns="The image is being processed.",
    access=ADMINS,
    errors=(IllegalTransitionError, VersionConflictError),
)
def retry(image_id: ImageIdPath) -> WorkItem:
    """Try again."""
    now = bootstrap.clock().now()
    return WorkItem.of(
        reopen_processing(bootstrap.catalog(), use_cases.resend_original, ImageId(image_id), now=now)
    )


@api.operation(
    "GET",
    "/v1/admin/moderation/<image_id>",
    id="getReviewedImage",
    tag="moderation",
    summary="An image and all that was decided about it",
    description="Also of a deleted image: the trail outlives it. The `ETag` is what `If-Match` wants.",
    returns="The image.",
    access=ADMINS,
    versioned=True,
)
def show(image_id: ImageIdPath) -> ReviewedImage:
    """Show one image."""
    return _reviewed(bootstrap.catalog().get(ImageId(image_id)))


@api.operation(
    "POST",
    "/v1/admin/moderation/<image_id>/approve",
    id="approveImage",
    tag="moderation",
    summary="Approve an image",
    description="Of two moderators at once one wins; the other is told the winner's decision.",
    returns="The image, which is found within seconds.",
    access=ADMINS,
    errors=(AlreadyDecidedError, IllegalTransitionError, VersionConflictError),
    versioned=True,
)
def approve(
    image_id: ImageIdPath,
    caller: Caller,
    remark: Annotated[Note | None, Body()] = None,
    if_match: IfMatch = None,
) -> ReviewedImage:
    """Approve."""
    note = remark.note if remark else ""
    seen = seen_version(if_match)
    return _reviewed(use_cases.moderation().approve(ImageId(image_id), seen, _actor(caller), note))


@api.operation(
    "POST",
    "/v1/admin/moderation/<image_id>/reject",
    id="rejectImage",
    tag="moderation",
    summary="Refuse an image",
    description="Of two moderators at once one wins; the other is told the winner's decision.",
    returns="The image; its contributor sees all reasons.",
    access=ADMINS,
    errors=(AlreadyDecidedError, IllegalTransitionError, VersionConflictError),
    versioned=True,
)
def reject(
    image_id: ImageIdPath,
    why: Annotated[VerdictRequest, Body()],
    caller: Caller,
    if_match: IfMatch = None,
) -> ReviewedImage:
    """Refuse."""
    seen = seen_version(if_match)
    return _reviewed(use_cases.moderation().reject(ImageId(image_id), seen, _actor(caller), why.verdict()))


@api.operation(
    "POST",
    "/v1/admin/moderation/<image_id>/takedown",
    id="takeImageDown",
    tag="moderation",
    summary="Take an approved image down",
    description=(
        "Its public files are deleted, its address changes, nobody finds it any more; the original stays. "
        "Doing it twice is doing it once."
    ),
    returns="The image.",
    access=ADMINS,
    errors=(IllegalTransitionError, VersionConflictError),
    versioned=True,
)
def take_down(image_id: ImageIdPath, why: Annotated[VerdictRequest, Body()], caller: Caller) -> ReviewedImage:
    """Take down."""
    return _reviewed(use_cases.moderation().take_down(ImageId(image_id), _actor(caller), why.verdict()))


@api.operation(
    "POST",
    "/v1/admin/moderation/<image_id>/restore",
    id="restoreImage",
    tag="moderation",
    summary="Bring an image back that was taken down",
    status=202,
    returns="It is rendered anew, and then approved.",
    access=ADMINS,
    errors=(DuplicateImageError, IllegalTransitionError, VersionConflictError),
    versioned=True,
)
def restore(
    image_id: ImageIdPath, caller: Caller, remark: Annotated[Note | None, Body()] = None
) -> ReviewedImage:
    """Restore."""
    note = remark.note if remark else ""
    return _reviewed(use_cases.moderation().restore(ImageId(image_id), _actor(caller), note))


def _page(status: Status, size: int, cursor: str | None) -> WorkPage:
    after = str(_cursors().open(cursor, status)["after"]) if cursor else ""
    page = page_of_work(bootstrap.catalog(), bootstrap.work_list(), status, after=after, size=size)
    return WorkPage(
        images=[WorkItem.of(image) for image in page.images],
        next_cursor=_cursors().seal({"after": page.next}, status) if page.next else None,
    )


def _reviewed(image: Image) -> ReviewedImage:
    history = [DecisionView.of(decision) for decision in bootstrap.decisions().history(image.id)]
    return ReviewedImage(**WorkItem.fields_of(image), history=history)


def _actor(caller: Principal) -> Actor:
    return Actor(caller.id, Role.ADMIN)


@cache
def _cursors() -> CursorSigner:
    return CursorSigner(bootstrap.cursor_secret())
