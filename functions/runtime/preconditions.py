"""If-Match: which version of an image the caller saw, so that nobody's change is lost.

Source: RFC 9110, 13.1.1 (If-Match), and RFC 6585, 3 (428). The tag of an image is its version in quotes.
"""

from __future__ import annotations

import re
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Header

from lumenstock.kernel.errors import PreconditionFailedError, PreconditionRequiredError

# In the document only, as is that it is required (tools/openapi): what breaks it is 412 and 428, never 422.
_FORM = r'^(\*|"[0-9]{1,9}")$'

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=64,
        json_schema_extra={"pattern": _FORM},
        description='The `ETag` that you read: the version in quotes, such as `"7"`. `*` means any.',
    ),
]


def seen_version(if_match: str | None) -> int | None:
    """The version that the caller saw; None if any will do.

    Raises:
        PreconditionRequiredError: They do not say.
        PreconditionFailedError: It is no tag of ours.
    """
    if if_match is None:
        raise PreconditionRequiredError("Read the image, and send its ETag as If-Match.")
    tag = if_match.strip()
    if tag == "*":
        return None
    known = re.fullmatch(r'"(\d{1,9})"', tag)
    if known is None:
        raise PreconditionFailedError("If-Match names no version of an image.")
    return int(known[1])
