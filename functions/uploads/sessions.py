"""Upload sessions over HTTP: leave for a stock upload client to send files."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import Field, StrictBool

from functions.runtime.principal import CONTRIBUTORS, Caller
from functions.runtime.schema import AnswerModel, RequestModel
from functions.uploads.contributors import display_name
from functions.uploads.service import api
from lumenstock import bootstrap
from lumenstock.ingest.parts import MIN_PART_BYTES
from lumenstock.ingest.sessions import new_session
from lumenstock.ingest.upload import EXTENSIONS, Contributor
from lumenstock.kernel.errors import ProfileMissingError
from lumenstock.settings import settings


class SessionRequest(RequestModel):
    """What the client needs."""

    credentials: StrictBool = Field(
        default=False, description="Also hand out AWS credentials, for clients that speak S3 themselves."
    )


class Credentials(AnswerModel):
    """AWS credentials that may write below `prefix`, and nothing else."""

    access_key_id: str
    secret_access_key: str = Field(repr=False)
    session_token: str = Field(repr=False)
    expiration: datetime = Field(description="One hour after they were made; then start another session.")
    bucket: str
    prefix: str = Field(description="Put your files under this and a name with the right ending, once each.")
    region: str


class UploadSession(AnswerModel):
    """Leave to send files."""

    companion_endpoint: str = Field(
        description="For Uppy, relative to this API. Keep it: whoever knows it may send files as you.",
        repr=False,
    )
    expires_at: datetime
    max_bytes: int = Field(description="Of one file.")
    max_files: int
    accepted_types: list[str]
    part_size_hint: int = Field(description="In bytes; what Uppy takes by itself.")
    credentials: Credentials | None = Field(description="Null unless asked for.")


@api.operation(
    "POST",
    "/v1/upload-sessions",
    id="startUploadSession",
    tag="uploads",
    summary="Start an upload session",
    description=(
        "For upload clients as they are: Uppy takes `companionEndpoint`, an S3 SDK `credentials`. Files "
        "come into the pipeline by themselves. A session has no effect until it is used, so this call needs "
        "no `Idempotency-Key`, and what it hands out is written down nowhere."
    ),
    status=201,
    returns="Leave to send files.",
    access=CONTRIBUTORS,
    errors=(ProfileMissingError,),
)
def start(wanted: Annotated[SessionRequest, Body()], caller: Caller) -> UploadSession:
    """Start a session."""
    contributor = Contributor(id=caller.id, name=display_name(caller.id))
    session, capability = new_session(
        contributor,
        with_prefix=wanted.credentials,
        now=bootstrap.clock().now(),
        random_bytes=secrets.token_bytes,
    )
    bootstrap.sessions().put(session)
    return UploadSession(
        companion_endpoint=f"/v1/companion/{capability}",
        expires_at=session.expires_at,
        max_bytes=settings().upload_max_bytes,
        max_files=session.max_files,
        accepted_types=sorted(EXTENSIONS),
        part_size_hint=MIN_PART_BYTES,
        credentials=_credentials(session.prefix, session.id) if session.prefix else None,
    )


def _credentials(prefix: str, name: str) -> Credentials:
    granted = bootstrap.upload_credentials().grant(prefix, name)
    return Credentials(
        access_key_id=granted.access_key_id,
        secret_access_key=granted.secret_access_key,
        session_token=granted.session_token,
        expiration=granted.expires_at,
        bucket=granted.bucket,
        prefix=prefix,
        region=granted.region,
    )
