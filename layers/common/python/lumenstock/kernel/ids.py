"""Identifiers: ULIDs for rows, random keys for public addresses.

Source: https://github.com/ulid/spec (48-bit milliseconds, 80 random bits, Crockford base 32).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import NewType

ImageId = NewType("ImageId", str)
UserId = NewType("UserId", str)
MediaKey = NewType("MediaKey", str)
UploadId = NewType("UploadId", str)
WebhookId = NewType("WebhookId", str)
DeliveryId = NewType("DeliveryId", str)

RandomBytes = Callable[[int], bytes]

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ULID_PATTERN = r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$"


def new_ulid(now: datetime, random_bytes: RandomBytes = secrets.token_bytes) -> str:
    """A ULID: 26 characters that sort by time (1 ms) and are unguessable within it (80 bits)."""
    value = int(now.timestamp() * 1000) << 80 | int.from_bytes(random_bytes(10))
    return "".join(CROCKFORD[value >> shift & 31] for shift in range(125, -1, -5))


def new_media_key(random_bytes: RandomBytes = secrets.token_bytes) -> MediaKey:
    """128 random bits as 32 hex digits: the public address of an image's files."""
    return MediaKey(random_bytes(16).hex())
