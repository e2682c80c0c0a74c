"""Who signed a form upload to S3. A browser's form has its signature among the fields of its body.

The engine verifies such a signature when it is of a role or user key; a form under a root key is refused.
Only the one spelling is read that browsers and HTTP clients write, so that guard and engine cannot read two
different forms.
"""

from __future__ import annotations

import re

from localcloud.refusal import Refused
from localcloud.signature import is_checked_by_engine

_CONTENT_TYPE = re.compile(r'multipart/form-data;\s*boundary="?([\w\'()+,./:=?-]{1,70})"?')
# Source: RFC 7578 section 4.2.
_FIELD = re.compile(
    rb'\r\nContent-Disposition: form-data; name="([\w-]+)"(?:; filename="[^"\r\n]*")?'
    rb"(?:\r\nContent-Type: [^\r\n]*)?\r\n\r\n",
    re.IGNORECASE,
)
_OTHER_SIGNATURES = frozenset({b"awsaccesskeyid", b"signature"})


def verify_signer(content_type: str, body: bytes) -> None:
    """Check that the engine will verify the form's signature.

    Args:
        content_type: Header of the request.
        body: The whole form.

    Raises:
        Refused: It is not signed, signed twice, or by a key that the engine believes; or it is no such form.
    """
    fields = [(name.lower(), value) for name, value in _fields(content_type, body)]
    credentials = [value for name, value in fields if name == b"x-amz-credential"]
    if len(credentials) != 1 or any(name in _OTHER_SIGNATURES for name, _ in fields):
        raise Refused(403, "a form to S3 carries one signature of Version 4")
    if not is_checked_by_engine(credentials[0].partition(b"/")[0].decode("latin-1")):
        raise Refused(403, "a form to S3 is signed by a role or a user")


def _fields(content_type: str, body: bytes) -> list[tuple[bytes, bytes]]:
    """Names and values, the file's included."""
    boundary = _CONTENT_TYPE.fullmatch(content_type)
    if boundary is None:
        raise Refused(400, "the form has no boundary")
    first, *parts = (b"\r\n" + body).split(b"\r\n--" + boundary[1].encode())
    found = [(_FIELD.match(part), part) for part in parts[:-1]]
    if first or parts[-1:] != [b"--\r\n"] or not all(match for match, _ in found):
        raise Refused(400, "the form cannot be read")
    return [(match[1], part[match.end() :]) for match, part in found if match]
