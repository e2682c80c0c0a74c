"""Uploads over HTTP: announce a file, see where it stands, try a failed one again."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from functions.runtime.http import Api
from functions.runtime.idempotency import IdempotencyKey, once
from functions.runtime.principal import CONTRIBUTORS, SIGNED_IN, Caller
from functions.runtime.schema import ImageIdPath
from functions.uploads.schema import ImageStatus, UploadRequest, UploadStarted
from lumenstock import bootstrap
from lumenstock.accounts.roles import Role
from lumenstock.adapters.aws.queues import object_created
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.ingest.upload import Announcement, Contributor, owned_image, retry_processing, start_upload
from lumenstock.kernel.errors import (
    FieldError,
    IllegalTransitionError,
    InvalidInputError,
    ProfileMissingError,
    VersionConflictError,
)
from lumenstock.kernel.ids import ImageId, UserId
from lumenstock.search.projection import preview_path
from lumenstock.settings import settings

api = Api("uploads")
handler = api.handler


@api.operation(
    "POST",
    "/v1/images/upload",
    id="startUpload",
    tag="uploads",
    summary="Start an upload",
    description=(
        "Announces one file. Send it to `uploadUrl` with `method` and exactly `headers`; what arrives is "
        "checked and processed by itself: watch `GET /v1/images/{image_id}/status`. An `Idempotency-Key` is "
        "remembered as long as the URL lives."
    ),
    status=201,
    returns="Where and how to send the file.",
    access=CONTRIBUTORS,
    errors=(ProfileMissingError,),
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

    def announce() -> UploadStarted:
        announced = Announcement(
            filename=wanted.filename,
            content_type=wanted.content_type,
            size_bytes=wanted.size_bytes,
            title=wanted.title,
            description=wanted.description,
            tags=tuple(wanted.tags),
            categories=tuple(wanted.categories),
        )
        image = start_upload(
            bootstrap.catalog(),
            Contributor(id=caller.id, name=_display_name(caller.id)),
            announced,
            now=bootstrap.clock().now(),
            random_bytes=secrets.token_bytes,
        )
        return _started(image)

    lifetime = timedelta(seconds=settings().upload_expires_s)
    return once(
        announce, UploadStarted, key=key, caller=caller, path="/v1/images/upload", body=wanted, kept=lifetime
    )


@api.operation(
    "GET",
    "/v1/images/<image_id>/status",
    id="getImageStatus",
    tag="uploads",
    summary="See where an image stands",
    description="For its contributor and for admins; for all others there is no such image.",
    returns="Where the image stands.",
    access=SIGNED_IN,
    etag=True,
    cache_control="private, no-cache",
)
def status(image_id: ImageIdPath, caller: Caller) -> ImageStatus:
    """Look at an image."""
    known = ImageId(image_id)
    if Role.ADMIN in caller.roles:
        return _status(bootstrap.catalog().get(known))
    return _status(owned_image(bootstrap.catalog(), known, caller.id))


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

    def reopen() -> ImageStatus:
        image = retry_processing(
            bootstrap.catalog(), _send, ImageId(image_id), caller.id, now=bootstrap.clock().now()
        )
        return _status(image)

    return once(reopen, ImageStatus, key=key, caller=caller, path=f"/v1/images/{image_id}/retry")


def _display_name(contributor_id: UserId) -> str:
    profile = bootstrap.profiles().get(contributor_id)
    if profile is None:
        message = "This account has no profile yet. Call GET /v1/auth/me once, then try again."
        raise ProfileMissingError(message)
    return profile.display_name


def _started(image: Image) -> UploadStarted:
    signed = bootstrap.originals().presign_put(
        image.source.key, image.source.content_type, image.source.size_bytes, settings().upload_expires_s
    )
    return UploadStarted(
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
