"""One run of uploads: send, wait; many files at a time, one result for each."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Protocol

from cli.client import Client
from cli.ledger import Ledger
from cli.outcome import Outcome, Result
from cli.parts import PartSender
from cli.pictures import Picture
from cli.resumption import REASONS
from cli.sender import Progress, Sender
from cli.storage import Storage
from cli.watch import Sent, Watch

_LOOK_EVERY_S = 0.5
# So many wait for the pipeline before the sending pauses: what a run remembers does not grow with its length.
_MOST_WAITING = 2_000


class Listener(Progress, Protocol):
    """Is told how a run goes; called from several threads."""

    def ended(self, result: Result) -> None:
        """There is nothing more to wait for."""
        ...


class Transfer:
    """Sends pictures, ``jobs`` at a time, and waits until each is processed."""

    def __init__(
        self,
        client: Client,
        storage: Storage,
        ledger: Ledger,
        listener: Listener,
        *,
        jobs: int = 4,
        patience_s: float = 600,
        believing: bool = False,
    ) -> None:
        """Wait up to ``patience_s`` for a picture that is sent; 0 does not wait.

        ``believing``: what ``ledger`` says has ended is not asked for again.
        """
        self._client = client
        self._storage = storage
        self._ledger = ledger
        self._listener = listener
        self._jobs = jobs
        self._patience_s = patience_s
        self._believing = believing

    def results(self, pictures: Iterable[Picture]) -> Iterator[Result]:
        """One result a picture, as they end. ``pictures`` may still be in the making: it is read as needed.

        A picture that cannot be sent is a result; what would stop every picture is raised.

        Raises:
            NotAuthenticatedError: The session has ended.
            ForbiddenError: The account may not upload.
            ServiceError: The API does not answer, or fails.
            LedgerError: The state file cannot be written.
        """
        source = iter(pictures)
        watch = Watch(self._client, patience_s=self._patience_s)
        sending: set[Future[Sent | Result]] = set()
        next_picture = next(source, None)
        look_at_s = 0.0
        with (
            PartSender(self._client, self._storage, self._jobs) as parts,
            _Pool(self._jobs, thread_name_prefix="upload") as pool,
        ):
            sender = Sender(
                self._client, self._storage, self._ledger, parts, self._listener, believing=self._believing
            )
            while next_picture or sending or watch:
                while next_picture and len(sending) < self._jobs and len(watch) < _MOST_WAITING:
                    sending.add(pool.submit(sender.send, next_picture))
                    next_picture = next(source, None)
                done, sending = wait(sending, timeout=_LOOK_EVERY_S, return_when=FIRST_COMPLETED)
                for future in done:
                    yield from self._settled(future.result(), watch)
                if not sending:
                    time.sleep(max(0.0, look_at_s - time.monotonic()))
                if time.monotonic() >= look_at_s:
                    idle = not (next_picture or sending)
                    yield from self._ended(watch.look(idle=idle))
                    look_at_s = time.monotonic() + _LOOK_EVERY_S

    def _settled(self, end: Sent | Result, watch: Watch) -> Iterator[Result]:
        if isinstance(end, Result):
            yield from self._ended([end])
        elif self._patience_s:
            watch.add(end)
        else:
            seconds = end.received_s - end.started_s
            yield from self._ended(
                [Result(end.picture, Outcome.PROCESSING, seconds, end.image_id, way=end.way)]
            )

    def _ended(self, results: Iterable[Result]) -> Iterator[Result]:
        for result in results:
            if result.image_id and result.outcome is not Outcome.PROCESSING:
                reasons = REASONS.dump_json(result.reasons).decode() if result.reasons else None
                self._ledger.ended(result.way.sha256, result.image_id, result.outcome, reasons)
            self._listener.ended(result)
            yield result


class _Pool(ThreadPoolExecutor):
    """Does not wait for what is under way when the run is broken off: the ledger knows how far it is."""

    def __exit__(self, *error: object) -> None:
        self.shutdown(wait=error[0] is None, cancel_futures=True)
