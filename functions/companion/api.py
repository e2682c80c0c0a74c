"""The Companion facade: what unmodified Uppy 5 and 6 speak, behind the capability of an upload session.

The capability is in the path because Uppy 6 can send no header. So no line of ours logs a path, and the
answers tell the browser to keep the address to itself.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Body

from functions.companion.schema import (
    MAX_NAME,
    Aborted,
    Capability,
    CompanionParts,
    CompletedUpload,
    Completion,
    Filename,
    Key,
    MediaType,
    Metadata,
    NewUpload,
    Number,
    Numbers,
    SignedForm,
    SignedUrl,
    SignedUrls,
    Size,
    StartedUpload,
    Title,
    UploadIdPath,
)
from functions.runtime.http import Api
from lumenstock import bootstrap, use_cases
from lumenstock.catalog.data_mining import DataMining
from lumenstock.ingest.multipart import announce_parts
from lumenstock.ingest.sessions import UploadSession, open_session
from lumenstock.ingest.upload import EXTENSIONS, Announcement, announced_image, media_type_of
from lumenstock.ingest.uploads import Upload
from lumenstock.kernel.errors import (
    CapabilityExpiredError,
    CapabilityRefusedError,
    ChunkSizeChangedError,
    ContentRefusedError,
    FieldError,
    InvalidInputError,
    NotFoundError,
    SessionFullError,
    TooManyOpenUploadsError,
    UploadEndedError,
    UploadIncompleteError,
    VersionConflictError,
)
from lumenstock.kernel.ids import UploadId
from lumenstock.kernel.text import readable_line
from lumenstock.settings import settings

_ROOT = "/v1/companion/<capability>/s3"
_CAPABILITY = (CapabilityRefusedError, CapabilityExpiredError)
_URL_LIFE_S = 900  # a URL is asked for just before its part is sent

api = Api("companion")


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Answer one request. A problem also says `error` and `message`, which is where Uppy 5 looks."""
    answer = api.handler(event, context)
    answer["headers"]["Referrer-Policy"] = "no-referrer"
    if answer["statusCode"] >= HTTPStatus.BAD_REQUEST:
        problem = json.loads(answer["body"])
        told = {**problem, "error": problem["code"], "message": problem["detail"]}
        answer["body"] = json.dumps(told, ensure_ascii=False)
    return answer


@api.operation(
    "POST",
    f"{_ROOT}/multipart",
    id="companionCreate",
    tag="companion",
    summary="Start an upload in parts",
    returns="Where the file will lie.",
    errors=(*_CAPABILITY, SessionFullError, TooManyOpenUploadsError, VersionConflictError),
)
def create(capability: Capability, wanted: Annotated[NewUpload, Body()]) -> StartedUpload:
    """Announce a file."""
    session = _session(capability)
    announced = _announcement(wanted.filename, wanted.type, wanted.metadata)
    image, upload = announce_parts(
        session.contributor,
        announced,
        planned=False,
        lifetime=timedelta(seconds=settings().upload_session_s),
        now=bootstrap.clock().now(),
        random_bytes=secrets.token_bytes,
    )
    bootstrap.uploads().open(image, upload, limit=settings().open_uploads_max, session_id=session.id)
    return StartedUpload(upload_id=upload.id, key=upload.key, bucket=bootstrap.originals().bucket)


# Before the one for a number: of two routes that fit, the framework takes the first.
@api.operation(
    "GET",
    f"{_ROOT}/multipart/<upload_id>/batch",
    id="companionSignBatch",
    tag="companion",
    summary="Get the URLs of parts",
    returns="Where to PUT each.",
    errors=(*_CAPABILITY, UploadEndedError),
)
def sign_batch(capability: Capability, upload_id: UploadIdPath, key: Key, numbers: Numbers) -> SignedUrls:
    """Sign several parts."""
    wanted = [int(number) for number in numbers.split(",")]
    return SignedUrls(presigned_urls=_signed(_upload(capability, upload_id, key), wanted))


@api.operation(
    "GET",
    f"{_ROOT}/multipart/<upload_id>/<number>",
    id="companionSign",
    tag="companion",
    summary="Get the URL of a part",
    returns="Where to PUT it.",
    errors=(*_CAPABILITY, UploadEndedError),
)
def sign(capability: Capability, upload_id: UploadIdPath, number: Number, key: Key) -> SignedUrl:
    """Sign one part."""
    urls = _signed(_upload(capability, upload_id, key), [number])
    return SignedUrl(url=urls[str(number)], expires=_URL_LIFE_S)


@api.operation(
    "GET",
    f"{_ROOT}/multipart/<upload_id>",
    id="companionParts",
    tag="companion",
    summary="See which parts have arrived",
    returns="All of them.",
    errors=_CAPABILITY,
)
def parts(capability: Capability, upload_id: UploadIdPath, key: Key) -> CompanionParts:
    """List what is there, also after completion."""
    upload = _upload(capability, upload_id, key)
    return CompanionParts.of(use_cases.multipart_uploads().held(upload))


@api.operation(
    "POST",
    f"{_ROOT}/multipart/<upload_id>/complete",
    id="companionComplete",
    tag="companion",
    summary="Put the parts together",
    returns="The file is whole.",
    errors=(
        *_CAPABILITY,
        UploadEndedError,
        VersionConflictError,
        UploadIncompleteError,
        ChunkSizeChangedError,
        ContentRefusedError,
    ),
)
def complete(
    capability: Capability,
    upload_id: UploadIdPath,
    key: Key,
    _: Annotated[Completion, Body()],
) -> CompletedUpload:
    """Complete an upload; twice is once."""
    upload = _upload(capability, upload_id, key)
    upload = use_cases.multipart_uploads().complete(upload, bootstrap.clock().now())
    return CompletedUpload(
        location=f"/v1/images/{upload.image_id}/status", key=upload.key, bucket=bootstrap.originals().bucket
    )


@api.operation(
    "DELETE",
    f"{_ROOT}/multipart/<upload_id>",
    id="companionAbort",
    tag="companion",
    summary="Abort an upload",
    returns="It is aborted.",
    errors=(*_CAPABILITY, UploadEndedError),
)
def abort(capability: Capability, upload_id: UploadIdPath, key: Key) -> Aborted:
    """Abort an upload; twice is once."""
    upload = _upload(capability, upload_id, key)
    use_cases.multipart_uploads().abort(upload, bootstrap.clock().now())
    return Aborted()


@api.operation(
    "GET",
    f"{_ROOT}/params",
    id="companionParams",
    tag="companion",
    summary="Get a form for a whole file",
    description="What Uppy does by default with files of up to 100 MB. It cannot be resumed.",
    returns="The form, good for one file.",
    errors=(*_CAPABILITY, SessionFullError, VersionConflictError),
)
def form(
    capability: Capability,
    filename: Filename,
    media_type: MediaType = "",
    size: Size = None,
    title: Title = "",
) -> SignedForm:
    """Announce a file that comes as a form."""
    session = _session(capability)
    told = Metadata(size=size or settings().upload_max_bytes, title=title)
    announced = _announcement(filename, media_type, told)
    image = announced_image(
        session.contributor, announced, now=bootstrap.clock().now(), random_bytes=secrets.token_bytes
    )
    bootstrap.sessions().admit(image, session.id)
    signed = bootstrap.originals().presign_form(
        image.source.key,
        announced.content_type,
        (size or 1, announced.size_bytes),
        settings().upload_expires_s,
    )
    return SignedForm(url=signed.url, fields=signed.fields, expires=signed.expires_in_s)


def _session(capability: str) -> UploadSession:
    return open_session(bootstrap.sessions(), capability, bootstrap.clock().now())


def _upload(capability: str, upload_id: str, key: str) -> Upload:
    """The upload, if it is the contributor's and lies at ``key``; also one of an earlier session."""
    session = _session(capability)
    upload = use_cases.multipart_uploads().owned(UploadId(upload_id), session.contributor_id)
    if upload.key != key:
        message = f"There is no upload {upload_id}."
        raise NotFoundError(message)
    return upload


def _signed(upload: Upload, numbers: Sequence[int]) -> dict[str, str]:
    upload, storage_id = use_cases.multipart_uploads().ready(upload, numbers, bootstrap.clock().now())
    storage = bootstrap.unfinished_originals()
    return {
        str(number): storage.sign_part(upload.key, storage_id, number, None, _URL_LIFE_S).url
        for number in numbers
    }


def _announcement(filename: str, media_type: str, told: Metadata) -> Announcement:
    """What the page says of a file. Browsers know no type for many pictures; then the name's ending tells."""
    known = media_type if media_type in EXTENSIONS else media_type_of(filename)
    if known is None:
        message = (
            f"Files of the type {media_type or 'unknown'} are not taken. These are: {', '.join(EXTENSIONS)}."
        )
        raise InvalidInputError(message, errors=(FieldError("/type", "unsupported_type", message),))
    limit = settings().upload_max_bytes
    if told.size > limit:
        message = f"This deployment takes at most {limit} bytes."
        raise InvalidInputError(message, errors=(FieldError("/metadata/size", "too_large", message),))
    return Announcement(
        filename=readable_line(filename, MAX_NAME),
        content_type=known,
        size_bytes=told.size,
        title=told.title,
        description=told.description,
        tags=tuple(told.tags),
        categories=(),
        data_mining=DataMining.SEARCH_ONLY,
    )
