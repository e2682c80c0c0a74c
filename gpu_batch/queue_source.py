"""Tasks from a queue of SQS."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from threading import Event, Lock

from aws_lambda_powertools import Logger

from gpu_batch.in_hand import InHand
from gpu_batch.meter import Meter
from gpu_batch.tasks import Task
from lumenstock.adapters.aws.queues import Received, SqsQueue
from lumenstock.ingest.embed_batch import Outcome
from lumenstock.ingest.embed_message import parse_message
from lumenstock.ingest.picture_vectors import BATCH
from lumenstock.kernel.backoff import rest_s

_RECEIVE_LIMIT = 10  # SQS gives no more at once
_WAIT_S = 2  # short, so that a signal to stop is noticed

logger = Logger(child=True)


class QueueSource:
    """Implements :class:`gpu_batch.tasks.Source`.

    A message is deleted when all of its image is written. One that failed rests, longer each time; one that
    is no request at all is left alone. Both end in the dead-letter queue.
    """

    def __init__(
        self,
        queue: SqsQueue,
        in_hand: InHand,
        meter: Meter,
        stop: Event,
        *,
        delays_s: Sequence[int],
        idle_s: float,
        now_s: Callable[[], float],
    ) -> None:
        """Take from ``queue`` until it was empty for ``idle_s``, or ``stop`` is set.

        Args:
            queue: Where the messages are.
            in_hand: Keeps them from others.
            meter: Is told how old they are.
            stop: Ends it.
            delays_s: Rests after the first, second, … failure.
            idle_s: A GPU that waits costs less than one that starts, which takes minutes.
            now_s: Unix time.
        """
        self._queue = queue
        self._in_hand = in_hand
        self._meter = meter
        self._stop = stop
        self._delays_s = delays_s
        self._idle_s = idle_s
        self._now_s = now_s
        self._receiving = Lock()

    def take(self) -> Sequence[Task]:
        """See the protocol."""
        since_s = self._now_s()
        while not self._stop.is_set():
            with self._receiving:  # two at once would share out what is one whole batch
                received = self._receive()
            self._in_hand.add(message.receipt_handle for message in received)
            tasks = [task for message in received if (task := self._task(message)) is not None]
            if tasks:
                return tasks
            if not received and self._now_s() - since_s >= self._idle_s:
                break
        return []

    def finish(self, tasks: Sequence[Task], outcomes: Sequence[Outcome]) -> None:
        """See the protocol. A call that fails is no harm: the message comes again, and finds it done."""
        for task, outcome in zip(tasks, outcomes, strict=True):
            self._in_hand.drop(task.receipt)
            try:
                if outcome is Outcome.DONE:
                    self._queue.delete(task.receipt)
                else:
                    jitter = random.random()  # noqa: S311 - so that they do not come back together  # nosec B311
                    self._queue.delay(task.receipt, rest_s(self._delays_s, task.receives, jitter))
            except Exception:
                logger.exception("embed_message_kept", image_id=task.request.image_id)

    def give_back(self, tasks: Sequence[Task]) -> None:
        """See the protocol."""
        for task in tasks:
            self._in_hand.drop(task.receipt)
        self._queue.hold([task.receipt for task in tasks], 0)

    def _receive(self) -> list[Received]:
        """A whole batch, or what is there."""
        received: list[Received] = []
        while len(received) < BATCH and not self._stop.is_set():
            limit = min(_RECEIVE_LIMIT, BATCH - len(received))
            more = self._queue.receive(limit, 0 if received else _WAIT_S, self._in_hand.hold_s)
            if not more:
                break
            received += more
        return received

    def _task(self, message: Received) -> Task | None:
        self._meter.waited(self._now_s() - message.sent_at_s)
        request = parse_message(message.body)
        if request is None:
            self._in_hand.drop(message.receipt_handle)
            logger.error("embed_no_request", message_id=message.id)
            return None
        return Task(request, message.receipt_handle, message.receives)
