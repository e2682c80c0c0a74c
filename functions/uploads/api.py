"""Uploads over HTTP: announce a file, see where it stands, try a failed one again."""

from __future__ import annotations

import secrets
from datetime import timedelta
from time import sleep
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Query

from functions.runtime.idempotency import KEPT, IdempotencyKey, once
from functions.runtime.middleware import is_held
from functions.runtime.principal import CONTRIBUTORS, SIGNED_IN, Caller
from functions.runtime.schema import ImageIdPath
from functions.uploads import multipart, sessions  # noqa: F401 - they declare their operations
from functions.uploads.contributors import display_name
from functions.uploads.schema import ImageStatus, MultipartUpload, SinglePut, UploadRequest, UploadStarted
from functions.uploads.service import api
from lumenstock import bootstrap
from lumenstock.accounts.roles import Role
from lumenstock.adapters.aws.idempotency import Claim
from lumenstock.adapters.aws.queues import object_created
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.ingest.awaiting import MAX_WAIT_S, await_change
from lumenstock.ingest.multipart import announce_parts
from lumenstock.ingest.parts import SINGLE_PUT_BYTES
from lumenstock.ingest.upload import (
    Announcement,
    Contributor,
    announced_image,
    owned_image,
    refuse_known,
    retry_processing,
)
from lumenstock.kernel.errors import (
    AlreadyUploadedError,
    FieldError,
    IllegalTransitionError,
    InvalidInputError,
    ProfileMissingError,
    TooManyOpenUploadsError,
    VersionConflictError,
)
from lumenstock.kernel.ids import ImageId
from lumenstock.search.projection import preview_path
from lumenstock.settings import settings

handler = api.handler

Wait = Annotated[
    int,
    Query(
        ge=0, le=MAX_WAIT_S, description="Seconds to wait for news, for a client that sends `If-None-Match`."
    ),
]
IfNoneMatch = Annotated[str, Header(alias="If-None-Match", description="ETag of an earlier answer.")]


@api.operation(
    "POST",
    "/v1/images/upload",
    id="startUpload",
    tag="uploads",
    summary="Start an upload",
    description=(
        "Announces one file. If `method` is PUT, send it to `uploadUrl` with exactly `headers`; if it is "
        "MULTIPART, get URLs for the parts (`signParts`), send those, and complete (`completeUpload`). What "
        "arrives is checked and processed by itself: watch `GET /v1/images/{image_id}/status`. An "
        "`Idempotency-Key` is remembered as long as the URL lives, or a day for parts."
    ),
    status=201,
    returns="Where and how to send the file.",
    access=CONTRIBUTORS,
    errors=(ProfileMissingError, AlreadyUploadedError, TooManyOpenUploadsError, VersionConflictError),
    links={
        "getImageStatus": {"image_id": "$response.body#/imageId"},
        "retryProcessing": {"image_id": "$response.body#/imageId"},
    },
)
def start(
    wanted: Annotated[UploadRequest, Body()], caller: Caller, key: IdempotencyKey = None
) -> UploadStarted:
    """Announce a file."""
    limit = settings().upload_max_bytes
    if wanted.size_bytes > limit:
        message = f"This deployment takes at most {limit} bytes."
        raise InvalidInputError(errors=(FieldError("/sizeBytes", "too_large", message),))

    in_parts = wanted.size_bytes > SINGLE_PUT_BYTES if wanted.multipart == "auto" else wanted.multipart

    def announce(_: Claim) -> UploadStarted:
        if wanted.sha256:
            refuse_known(bootstrap.catalog(), wanted.sha256, caller.id)
        announced = Announcement(
            filename=wanted.filename,
            content_type=wanted.content_type,
            size_bytes=wanted.size_bytes,
            title=wanted.title,
            description=wanted.description,
            tags=tuple(wanted.tags),
            categories=tuple(wanted.categories),
            data_mining=wanted.data_mining,
            image_type=wanted.image_type,
            ai_generated=wanted.ai_generated,
            licence_type=wanted.license_type,
            allow_near_duplicate=wanted.allow_near_duplicate,
        )
        contributor = Contributor(id=caller.id, name=display_name(caller.id))
        started = _start_parts(contributor, announced) if in_parts else _start_put(contributor, announced)
        return UploadStarted(started)

    kept = KEPT if in_parts else timedelta(seconds=settings().upload_expires_s)
    return once(
        announce, UploadStarted, key=key, caller=caller, path="/v1/images/upload", body=wanted, kept=kept
    )


@api.operation(
    "GET",
    "/v1/images/<image_id>/status",
    id="getImageStatus",
    tag="uploads",
    summary="See where an image stands",
    description=(
        "For its contributor and for admins; for all others there is no such image. With `If-None-Match` and "
        "`wait`, the answer comes as soon as there is news, or is 304 after so many seconds."
    ),
    returns="Where the image stands.",
    access=SIGNED_IN,
    etag=True,
    cache_control="private, no-cache",
)
def status(image_id: ImageIdPath, caller: Caller, wait: Wait = 0, held: IfNoneMatch = "") -> ImageStatus:
    """Look at an image."""
    catalog, known = bootstrap.catalog(), ImageId(image_id)

    def look() -> ImageStatus:
        image = catalog.get(known) if Role.ADMIN in caller.roles else owned_image(catalog, known, caller.id)
        return _status(image)

    seen = look()
    if wait and is_held(held, seen):
        changed = await_change(catalog, known, seen.version, wait, clock=bootstrap.clock(), sleep=sleep)
        return look() if changed else seen
    return seen


@api.operation(
    "POST",
    "/v1/images/<image_id>/retry",
    id="retryProcessing",
    tag="uploads",
    summary="Process a failed image again",
    description="For an image that is `processing_failed`; the file that was uploaded is used again.",
    status=202,
    returns="The image is being processed.",
    access=CONTRIBUTORS,
    errors=(IllegalTransitionError, VersionConflictError),
)
def retry(image_id: ImageIdPath, caller: Caller, key: IdempotencyKey = None) -> ImageStatus:
    """Try again."""

    def reopen(_: Claim) -> ImageStatus:
        image = retry_processing(
            bootstrap.catalog(), _send, ImageId(image_id), caller.id, now=bootstrap.clock().now()
        )
        return _status(image)

    return once(reopen, ImageStatus, key=key, caller=caller, path=f"/v1/images/{image_id}/retry")


def _start_parts(contributor: Contributor, announced: Announcement) -> MultipartUpload:
    image, upload = announce_parts(
        contributor,
        announced,
        planned=True,
        lifetime=timedelta(seconds=settings().upload_session_s),
        now=bootstrap.clock().now(),
        random_bytes=secrets.token_bytes,
    )
    bootstrap.uploads().open(image, upload, limit=settings().open_uploads_max)
    return MultipartUpload.of(upload)


def _start_put(contributor: Contributor, announced: Announcement) -> SinglePut:
    now = bootstrap.clock().now()
    image = announced_image(contributor, announced, now=now, random_bytes=secrets.token_bytes)
    bootstrap.catalog().create(image)
    signed = bootstrap.originals().presign_put(
        image.source.key, image.source.content_type, image.source.size_bytes, settings().upload_expires_s
    )
    return SinglePut(
        image_id=image.id,
        upload_url=signed.url,
        headers=signed.headers,
        expires_in=signed.expires_in_s,
        expires_at=image.created_at + timedelta(seconds=signed.expires_in_s),
    )


def _status(image: Image) -> ImageStatus:
    public = image.status is Status.APPROVED
    return ImageStatus.of(image, f"{settings().media_base_url}/{preview_path(image)}" if public else None)


def _send(image: Image) -> None:
    bootstrap.ingest_queue().send(object_created(bootstrap.originals().bucket, image.source.key))
