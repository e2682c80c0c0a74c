"""Files that come by a session's credentials: nobody announced them, so their row is made when they are here.

The bucket's event is the truth. The key names the session, the session the contributor; the id of the image
follows from the key, so however often the event comes, it is one image.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import islice

from lumenstock.catalog.data_mining import DataMining
from lumenstock.catalog.image import Image, image_id_of
from lumenstock.catalog.states import Status
from lumenstock.catalog.store import CatalogStore
from lumenstock.ingest import refusals
from lumenstock.ingest.sessions import SessionStore, UploadSession
from lumenstock.ingest.upload import Announcement, image_at, media_type_of
from lumenstock.kernel.errors import ConflictError, NotFoundError, SessionFullError
from lumenstock.kernel.ids import CROCKFORD, ImageId, RandomBytes, UploadId
from lumenstock.kernel.text import readable_line

_MAX_NAME = 255
_BATCH = 100
_UNKNOWN_TYPE = "application/octet-stream"


def direct_image_id(session_id: UploadId, key: str) -> ImageId:
    """The id of the image at ``key``: the session's time, and 80 bits of the key's SHA-256 for chance."""
    digest = int.from_bytes(hashlib.sha256(key.encode()).digest()[:10])
    return ImageId(session_id[:10] + "".join(CROCKFORD[digest >> shift & 31] for shift in range(75, -1, -5)))


def session_of(key: str) -> UploadId | None:
    """The session below whose prefix ``key`` lies; None if it is not of that scheme."""
    parts = key.split("/", 6)
    is_direct = len(parts) == 7 and parts[0] == "originals" and parts[6] != ""  # noqa: PLR2004 - the scheme
    return UploadId(parts[5]) if is_direct else None


def image_for(
    catalog: CatalogStore, sessions: SessionStore, key: str, *, now: datetime, random_bytes: RandomBytes
) -> ImageId | None:
    """The image that the original at ``key`` belongs to, with a row made for it if it came by credentials.

    A session may be over by now: its credentials were good when S3 took the file.

    Returns:
        None if ``key`` is of no scheme of ours, or of no session.
    """
    session_id = session_of(key)
    if session_id is None:
        return image_id_of(key)
    image_id = direct_image_id(session_id, key)
    if catalog.get_many([image_id]):
        return image_id
    try:
        session = sessions.get(session_id)
    except NotFoundError:
        return None
    if not session.prefix or not key.startswith(session.prefix):
        return None
    image = _row(session, image_id, key, now=now, random_bytes=random_bytes)
    try:
        sessions.admit(image, session_id)
    except SessionFullError:
        with suppress(ConflictError):  # the same event twice
            catalog.create(_refused(image, now))
    return image_id


def end_sessions(
    sessions: SessionStore,
    abort_all: Callable[[str], int],
    keys: Callable[[str], Iterable[str]],
    catalog: CatalogStore,
    resend: Callable[[str], None],
    now: datetime,
) -> int:
    """Close sessions whose time is over; how many.

    Unfinished parts are thrown away, and a file that nobody heard of is sent through the pipeline.

    Args:
        sessions: Where they are written down.
        abort_all: Throws away unfinished uploads below a prefix.
        keys: Lists the objects below a prefix.
        catalog: The images.
        resend: Puts an original's key into the pipeline's queue.
        now: The present.
    """
    count = 0
    for session in sessions.overdue(now):
        prefix = session.prefix or ""
        if prefix:
            abort_all(prefix)
            for key in _unknown(catalog, session.id, keys(prefix)):
                resend(key)
        sessions.close(session.id)
        count += 1
    return count


def _unknown(catalog: CatalogStore, session_id: UploadId, keys: Iterable[str]) -> Iterator[str]:
    """Those of ``keys`` that no row speaks of."""
    rest = iter(keys)
    while batch := {direct_image_id(session_id, key): key for key in islice(rest, _BATCH)}:
        known = catalog.get_many(list(batch))
        yield from (key for image_id, key in batch.items() if image_id not in known)


def _row(
    session: UploadSession, image_id: ImageId, key: str, *, now: datetime, random_bytes: RandomBytes
) -> Image:
    """The row; what the file is called says what it should be, and what is in it fills the words."""
    name = readable_line(key.rpartition("/")[2], _MAX_NAME)
    announced = Announcement(
        filename=name,
        content_type=media_type_of(name) or _UNKNOWN_TYPE,
        size_bytes=0,  # the bucket says, when the file is looked at
        title="",
        description="",
        tags=(),
        categories=(),
        data_mining=DataMining.SEARCH_ONLY,
    )
    return image_at(key, image_id, session.contributor, announced, now=now, random_bytes=random_bytes)


def _refused(image: Image, now: datetime) -> Image:
    """The first row of a file that nobody looks at: the table's steps to a refusal, written as one."""
    taken = image.moved(Status.PROCESSING, now)
    refused = taken.moved(Status.REJECTED, now, reasons=(refusals.session_full(),))
    return replace(refused, version=image.version)
