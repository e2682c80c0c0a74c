"""One run of uploads: announce, send, wait; many files at a time, one result for each."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Protocol

from cli.client import Client, UploadRequest
from cli.outcome import Outcome, Result, not_sent
from cli.pictures import Picture
from cli.storage import Storage
from cli.watch import Sent, Watch
from lumenstock.kernel.errors import ClientError, ForbiddenError, NotAuthenticatedError

_LOOK_EVERY_S = 0.5


class Listener(Protocol):
    """Is told how a run goes; called from several threads."""

    def started(self, picture: Picture, size_bytes: int) -> None:
        """The picture is about to be sent."""
        ...

    def sent(self, picture: Picture, sent_bytes: int) -> None:
        """So many of its bytes are on their way; 0 again when it has to start over."""
        ...

    def received(self, picture: Picture) -> None:
        """The store has it; it is being processed."""
        ...

    def ended(self, result: Result) -> None:
        """There is nothing more to wait for."""
        ...


class Transfer:
    """Sends pictures, ``jobs`` at a time, and waits until each is processed."""

    def __init__(
        self, client: Client, storage: Storage, listener: Listener, *, jobs: int = 4, patience_s: float = 600
    ) -> None:
        """Wait up to ``patience_s`` for a picture that is sent; 0 does not wait."""
        self._client = client
        self._storage = storage
        self._listener = listener
        self._jobs = jobs
        self._patience_s = patience_s

    def results(self, pictures: Iterable[Picture]) -> Iterator[Result]:
        """One result a picture, as they end. ``pictures`` may still be in the making: it is read as needed.

        A picture that cannot be sent is a result; what would stop every picture is raised.

        Raises:
            NotAuthenticatedError: The session has ended.
            ForbiddenError: The account may not upload.
            ServiceError: The API does not answer, or fails.
        """
        source = iter(pictures)
        watch = Watch(self._client, patience_s=self._patience_s)
        sending: set[Future[Sent | Result]] = set()
        next_picture = next(source, None)
        look_at_s = 0.0
        with ThreadPoolExecutor(self._jobs, thread_name_prefix="upload") as pool:
            while next_picture or sending or watch:
                while next_picture and len(sending) < self._jobs:
                    sending.add(pool.submit(self._send, next_picture))
                    next_picture = next(source, None)
                done, sending = wait(sending, timeout=_LOOK_EVERY_S, return_when=FIRST_COMPLETED)
                for future in done:
                    yield from self._settled(future.result(), watch)
                if not sending:
                    time.sleep(max(0.0, look_at_s - time.monotonic()))
                if time.monotonic() >= look_at_s:
                    yield from self._ended(watch.look(time.monotonic()))
                    look_at_s = time.monotonic() + _LOOK_EVERY_S

    def _settled(self, end: Sent | Result, watch: Watch) -> Iterator[Result]:
        if isinstance(end, Sent):
            watch.add(end)
        else:
            yield from self._ended([end])

    def _ended(self, results: Iterable[Result]) -> Iterator[Result]:
        for result in results:
            self._listener.ended(result)
            yield result

    def _send(self, picture: Picture) -> Sent | Result:
        started_s = time.monotonic()
        try:
            size_bytes = picture.path.stat().st_size
            self._listener.started(picture, size_bytes)
            ticket = self._client.create_upload(
                _announce(picture, size_bytes), idempotency_key=str(uuid.uuid4())
            )
            self._storage.put(picture.path, ticket, lambda count: self._listener.sent(picture, count))
        except (NotAuthenticatedError, ForbiddenError):
            raise
        except (ClientError, OSError) as error:
            return not_sent(picture, error, time.monotonic() - started_s)
        self._listener.received(picture)
        received_s = time.monotonic()
        if self._patience_s:
            return Sent(picture, ticket.image_id, started_s, received_s)
        return Result(picture, Outcome.PROCESSING, received_s - started_s, ticket.image_id)


def _announce(picture: Picture, size_bytes: int) -> UploadRequest:
    return UploadRequest(
        filename=picture.path.name,
        content_type=picture.content_type,
        size_bytes=size_bytes,
        title=picture.title,
        description=picture.description,
        tags=picture.tags,
        categories=picture.categories,
    )
