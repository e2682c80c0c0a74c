"""Invisible marks over HTTP: whom the mark of a picture names."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from functions.marks.schema import MarkAnswer, MarkQuestion
from functions.runtime.http import Api
from functions.runtime.picture import MAX_PICTURE_BODY_BYTES, MAX_PICTURE_BYTES
from functions.runtime.principal import ADMINS
from lumenstock import bootstrap
from lumenstock.ingest.checks import FileLimits
from lumenstock.ingest.find_mark import find_mark
from lumenstock.settings import settings

api = Api("marks", max_body_bytes=MAX_PICTURE_BODY_BYTES)
handler = api.handler


@api.operation(
    "POST",
    "/v1/admin/marks/detect",
    id="detectMark",
    tag="admin",
    summary="Find whom a picture's invisible mark names",
    description=(
        "Looks for the mark of this deployment at any size from 0.4 to 2.2 times the marked one, in any crop "
        "of 300 px or more, mirrored or not. A picture without a mark is never claimed. For admins: whoever "
        "can ask can find out how to remove a mark."
    ),
    returns="Whether there is a mark, how clearly, and whom it names.",
    access=ADMINS,
)
def detect(asked: Annotated[MarkQuestion, Body()]) -> MarkAnswer:
    """Look for a mark."""
    limits = FileLimits(max_bytes=MAX_PICTURE_BYTES, max_pixels=settings().max_pixels)
    registry, decoder, key = bootstrap.marks(), bootstrap.decoder(), bootstrap.mark_key()
    return MarkAnswer.of(find_mark(registry, decoder, key, asked.file(), limits))
