"""Uploads in parts over HTTP: sign parts, see which have arrived, complete, abort, list."""

from __future__ import annotations

from bisect import bisect_right
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from functions.runtime.principal import CONTRIBUTORS, Caller
from functions.uploads.multipart_schema import (
    MAX_PAGE,
    OpenUploads,
    PartsRequest,
    SignedPart,
    SignedParts,
    UploadCompleted,
    UploadIdPath,
    UploadState,
    listed,
)
from functions.uploads.service import api
from lumenstock import bootstrap, use_cases
from lumenstock.kernel.errors import (
    BadRequestError,
    ChunkSizeChangedError,
    ContentRefusedError,
    UploadEndedError,
    UploadIncompleteError,
    VersionConflictError,
)
from lumenstock.kernel.ids import UploadId
from lumenstock.kernel.pagination import CursorSigner
from lumenstock.settings import settings

PageSize = Annotated[int, Query(ge=1, le=MAX_PAGE)]
Cursor = Annotated[str | None, Query(max_length=500, description="`nextCursor` of the page before.")]


@api.operation(
    "POST",
    "/v1/uploads/<upload_id>/parts",
    id="signParts",
    tag="uploads",
    summary="Get URLs for parts",
    description=(
        "A URL for each part that is asked for, good for one hour and for exactly the part's length. Asking "
        "again is free, and sending a part again replaces it, so a client that lost its way starts here."
    ),
    returns="Where to send each part.",
    access=CONTRIBUTORS,
    errors=(UploadEndedError,),
)
def sign(upload_id: UploadIdPath, wanted: Annotated[PartsRequest, Body()], caller: Caller) -> SignedParts:
    """Sign parts."""
    uploads = use_cases.multipart_uploads()
    upload = uploads.owned(UploadId(upload_id), caller.id)
    upload, storage_id = uploads.ready(upload, wanted.numbers, bootstrap.clock().now())
    expires_in_s = settings().upload_expires_s
    urls: dict[str, SignedPart] = {}
    for number in wanted.numbers:
        length = upload.plan.length(number) if upload.plan else None
        signed = bootstrap.unfinished_originals().sign_part(
            upload.key, storage_id, number, length, expires_in_s
        )
        urls[str(number)] = SignedPart(url=signed.url, headers=signed.headers)
    return SignedParts(urls=urls, expires_in=expires_in_s)


@api.operation(
    "GET",
    "/v1/uploads/<upload_id>",
    id="getUpload",
    tag="uploads",
    summary="See which parts have arrived",
    description="To resume, send what is not in `parts`, then complete; nothing needs to be sent twice.",
    returns="Where the upload stands.",
    access=CONTRIBUTORS,
)
def state(upload_id: UploadIdPath, caller: Caller) -> UploadState:
    """Look at an upload."""
    uploads = use_cases.multipart_uploads()
    upload = uploads.owned(UploadId(upload_id), caller.id)
    return UploadState.of(upload, uploads.held(upload), bootstrap.clock().now())


@api.operation(
    "POST",
    "/v1/uploads/<upload_id>/complete",
    id="completeUpload",
    tag="uploads",
    summary="Put the parts together",
    description=(
        "Checks that every part is there and of its length, puts them together and looks at the first bytes. "
        "What is wrong is named, and what is there stays. Completing twice is completing once: the answer is "
        "the same. A body is not needed: what has arrived is known here."
    ),
    returns="The file is whole.",
    access=CONTRIBUTORS,
    errors=(
        UploadEndedError,
        VersionConflictError,
        UploadIncompleteError,
        ChunkSizeChangedError,
        ContentRefusedError,
    ),
    links={"getImageStatus": {"image_id": "$response.body#/imageId"}},
)
def complete(upload_id: UploadIdPath, caller: Caller) -> UploadCompleted:
    """Complete an upload."""
    uploads = use_cases.multipart_uploads()
    upload = uploads.owned(UploadId(upload_id), caller.id)
    upload = uploads.complete(upload, bootstrap.clock().now())
    return UploadCompleted(image_id=upload.image_id, status=upload.status)


@api.operation(
    "DELETE",
    "/v1/uploads/<upload_id>",
    id="abortUpload",
    tag="uploads",
    summary="Abort an upload",
    description="Throws its parts away. Aborting twice is aborting once.",
    status=204,
    returns="It is aborted.",
    access=CONTRIBUTORS,
    errors=(UploadEndedError,),
)
def abort(upload_id: UploadIdPath, caller: Caller) -> None:
    """Abort an upload."""
    uploads = use_cases.multipart_uploads()
    uploads.abort(uploads.owned(UploadId(upload_id), caller.id), bootstrap.clock().now())


@api.operation(
    "GET",
    "/v1/contributor/uploads",
    id="listOpenUploads",
    tag="uploads",
    summary="List open uploads",
    description="Your uploads in parts that are neither complete nor ended, oldest first.",
    returns="A page of open uploads.",
    access=CONTRIBUTORS,
    errors=(BadRequestError,),
)
def list_open(caller: Caller, page_size: PageSize = MAX_PAGE, cursor: Cursor = None) -> OpenUploads:
    """List open uploads."""
    store, now = bootstrap.uploads(), bootstrap.clock().now()
    signer = CursorSigner(bootstrap.cursor_secret())
    scope = f"open-uploads#{caller.id}"
    after = str(signer.open(cursor, scope)["after"]) if cursor else ""
    ids = store.open_ids(caller.id)
    page = ids[bisect_right(ids, after) :][:page_size]
    more = bool(page) and page[-1] != ids[-1]
    found = store.get_many(page)
    return OpenUploads(
        uploads=[listed(found[upload_id], now) for upload_id in page if upload_id in found],
        next_cursor=signer.seal({"after": page[-1]}, scope) if more else None,
    )
