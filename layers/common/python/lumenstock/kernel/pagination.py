"""Page cursors: opaque to the client, signed so that nobody makes them up, bound to one question."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping

from lumenstock.kernel.errors import BadRequestError

Position = Mapping[str, int | str]

_MAC_BYTES = 16  # 128 bits: truncating HMAC-SHA256 to half is fine, RFC 2104, section 5


class CursorSigner:
    """Turns positions into cursors and back. A cursor reads ``payload.mac``, both base64url.

    The payload is plain JSON: a person with a problem may look into it, a client must not.
    """

    def __init__(self, secret: bytes) -> None:
        """Sign with ``secret``, the same for all processes of a stage."""
        self._secret = secret

    def seal(self, position: Position, scope: str) -> str:
        """A cursor for ``position`` within ``scope``: a text that says what the pages are pages of."""
        payload = _encode(json.dumps(dict(position), separators=(",", ":")).encode())
        return f"{payload}.{self._mac(payload, scope)}"

    def open(self, cursor: str, scope: str) -> Position:
        """The position in ``cursor``.

        Raises:
            BadRequestError: We did not make it, or made it for another scope.
        """
        payload, _, mac = cursor.partition(".")
        if not hmac.compare_digest(mac.encode(), self._mac(payload, scope).encode()):
            raise BadRequestError("The cursor is not one of ours, or it belongs to another query.")
        position: Position = json.loads(_decode(payload))
        return position

    def _mac(self, payload: str, scope: str) -> str:
        message = hashlib.sha256(scope.encode()).digest() + payload.encode()
        return _encode(hmac.digest(self._secret, message, hashlib.sha256)[:_MAC_BYTES])


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
