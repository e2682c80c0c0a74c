"""Messages in hand: kept out of others' sight for as long as this process lives, and not much longer."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Event, Lock

from aws_lambda_powertools import Logger

from lumenstock.adapters.aws.queues import SqsQueue

HOLD_S = 120  # a message of a process that was killed is seen again after at most so long
_BEATS = 3  # in that time; one that fails is no harm

logger = Logger(child=True)


class InHand:
    """The receipts of one queue that are being worked on."""

    def __init__(self, queue: SqsQueue, hold_s: int = HOLD_S) -> None:
        """Hold messages of ``queue`` for ``hold_s`` at a time."""
        self._queue = queue
        self._lock = Lock()
        self._receipts: dict[str, None] = {}
        self.hold_s = hold_s

    def add(self, receipts: Iterable[str]) -> None:
        """Hold these from now on."""
        with self._lock:
            self._receipts |= dict.fromkeys(receipts)

    def drop(self, receipt: str) -> None:
        """Hold this no longer."""
        with self._lock:
            self._receipts.pop(receipt, None)

    def beat(self, over: Event) -> None:
        """Hold everything anew, again and again, until ``over`` is set."""
        while not over.wait(self.hold_s / _BEATS):
            with self._lock:
                receipts = list(self._receipts)
            try:
                self._queue.hold(receipts, self.hold_s)
            except Exception:
                logger.exception("embed_hold_failed", messages=len(receipts))
