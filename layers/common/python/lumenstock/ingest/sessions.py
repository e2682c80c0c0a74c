"""Upload sessions: a stock upload client gets an address, or credentials, under which it may send files.

Such a client cannot send our access token (Uppy 6 has no way to set a header) and runs longer than one lives.
So the contributor asks for a capability: an address that nobody can guess, good for a day and for a number of
files. Only its hash is written down.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from lumenstock.catalog.image import Image
from lumenstock.ingest.upload import Contributor
from lumenstock.kernel.errors import CapabilityExpiredError, CapabilityRefusedError, NotFoundError
from lumenstock.kernel.ids import RandomBytes, UploadId, UserId, new_ulid

LIFETIME = timedelta(hours=24)
MAX_FILES = 1000
# 192 bits: guessing one in the life of a session would take 10^40 tries a second.
_TOKEN_BYTES = 24


@dataclass(frozen=True, slots=True)
class UploadSession:
    """Leave to send files, the item ``UPL#id`` / ``A``.

    Attributes:
        token_sha256: Hex digest of the secret half of the capability.
        max_files: How many pictures may come of it.
        prefix: Below this key its credentials may write; None if it never had any.
    """

    id: UploadId
    contributor_id: UserId
    contributor_name: str
    token_sha256: str
    created_at: datetime
    expires_at: datetime
    max_files: int = MAX_FILES
    prefix: str | None = None

    @property
    def contributor(self) -> Contributor:
        """Who uploads."""
        return Contributor(self.contributor_id, self.contributor_name)


class SessionStore(Protocol):
    """Upload sessions."""

    def put(self, session: UploadSession) -> None:
        """Write a new one."""
        ...

    def get(self, session_id: UploadId) -> UploadSession:
        """Read one, strongly consistent.

        Raises:
            NotFoundError: No such session.
        """
        ...

    def admit(self, image: Image, session_id: UploadId) -> None:
        """Put a picture's row and count it against its session; a row that is there is not counted again.

        Raises:
            SessionFullError: The session had as many files as it may.
        """
        ...

    def overdue(self, now: datetime) -> Iterator[UploadSession]:
        """Sessions with credentials whose time is over."""
        ...

    def close(self, session_id: UploadId) -> None:
        """Note that nothing is left to do for one."""
        ...


def new_session(
    contributor: Contributor, *, with_prefix: bool, now: datetime, random_bytes: RandomBytes
) -> tuple[UploadSession, str]:
    """A session and its capability: ``id.token``, which is shown once and never again."""
    token = urlsafe_b64encode(random_bytes(_TOKEN_BYTES)).decode()
    session = UploadSession(
        id=UploadId(new_ulid(now, random_bytes)),
        contributor_id=contributor.id,
        contributor_name=contributor.name,
        token_sha256=_digest(token),
        created_at=now,
        expires_at=now + LIFETIME,
    )
    if with_prefix:
        session = replace(session, prefix=session_prefix(contributor.id, session.id, now))
    return session, f"{session.id}.{token}"


def session_prefix(contributor_id: UserId, session_id: UploadId, created_at: datetime) -> str:
    """Where a session's credentials may write: one folder deeper than other originals of that day."""
    return f"originals/{contributor_id}/{created_at:%Y/%m/%d}/{session_id}/"


def open_session(store: SessionStore, capability: str, now: datetime) -> UploadSession:
    """The session that ``capability`` belongs to.

    Raises:
        CapabilityRefusedError: We did not make it.
        CapabilityExpiredError: Its time is over.
    """
    session_id, _, token = capability.partition(".")
    try:
        session = store.get(UploadId(session_id))
    except NotFoundError:
        raise CapabilityRefusedError from None
    if not hmac.compare_digest(session.token_sha256, _digest(token)):
        raise CapabilityRefusedError
    if now >= session.expires_at:
        raise CapabilityExpiredError
    return session


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
