"""Dispatch: one message, one run of the machine; what fails comes back later, and not for ever."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from lumenstock.catalog.image import image_id_of
from lumenstock.catalog.store import CatalogStore
from lumenstock.ingest.failure import failed
from lumenstock.kernel.backoff import rest_s
from lumenstock.kernel.clock import Clock
from lumenstock.kernel.errors import NotFoundError
from lumenstock.kernel.ids import ImageId


@dataclass(frozen=True, slots=True)
class Delivery:
    """One receive of a message that says that an original arrived.

    Attributes:
        receipt: Handle of this receive.
        receives: How often the message was received, this time included.
    """

    receipt: str
    receives: int
    bucket: str
    key: str


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a message is tried and how long it rests in between.

    Attributes:
        delays_s: Rest after the first, second, … failure; the last one repeats.
        max_receives: Receives until the queue sets a message aside; the last of them must leave no row stuck.
    """

    delays_s: tuple[int, ...]
    max_receives: int

    def delay_s(self, receives: int, jitter: float) -> int:
        """Rest after failure number ``receives``; ``jitter`` in [0, 1) makes it 0.5 to 1.5 times."""
        return rest_s(self.delays_s, receives, jitter)


class Execution(Protocol):
    """How a run of the machine ended."""

    @property
    def succeeded(self) -> bool:
        """Whether it came to its end; a refusal is an end."""
        ...

    @property
    def cause(self) -> str:
        """For the log."""
        ...


class Machine(Protocol):
    """Runs the state machine and waits."""

    def run(self, task: Mapping[str, object]) -> Execution:
        """Run it once on ``task``."""
        ...


class Inbox(Protocol):
    """The queue that the messages come from."""

    def delay(self, receipt_handle: str, seconds: int) -> None:
        """Let a message be seen again only after ``seconds``."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery. ``done`` means that the message may go; ``note`` is for the log."""

    done: bool
    image_id: ImageId | None
    note: str


class Dispatcher:
    """Runs the machine for deliveries. Safe to call from several threads."""

    def __init__(
        self,
        catalog: CatalogStore,
        inbox: Inbox,
        machine: Machine,
        policy: RetryPolicy,
        *,
        clock: Clock,
        random: Callable[[], float],
        image_for: Callable[[str], ImageId | None] = image_id_of,
    ) -> None:
        """``random`` gives the jitter, in [0, 1), ``image_for`` a key's image, None for a foreign key."""
        self._image_for = image_for
        self._catalog = catalog
        self._inbox = inbox
        self._machine = machine
        self._policy = policy
        self._clock = clock
        self._random = random

    def deliver(self, delivery: Delivery) -> Outcome:
        """Process one upload to its end. Raises nothing: one message must not fail the others of its batch.

        On the last receive that the queue allows, a failure is written to the row before the message goes to
        the dead-letter queue. If that fails too, the sweeper finds the row.
        """
        image_id = None
        try:
            image_id = self._image_for(delivery.key)
            if image_id is None:
                return Outcome(done=True, image_id=None, note="foreign key")
            execution = self._machine.run(
                {"image_id": image_id, "bucket": delivery.bucket, "key": delivery.key}
            )
        except Exception as error:  # noqa: BLE001 - whatever it was, the message comes back
            note = _told(error)
        else:
            if execution.succeeded:
                return Outcome(done=True, image_id=image_id, note="done")
            note = execution.cause
        try:
            self._put_back(image_id, delivery)
        except Exception as error:  # noqa: BLE001 - the message comes back all the same, only later
            note = f"{note}; then {_told(error)}"
        return Outcome(done=False, image_id=image_id, note=note)

    def _put_back(self, image_id: ImageId | None, delivery: Delivery) -> None:
        delay_s = self._policy.delay_s(delivery.receives, self._random())
        if delivery.receives >= self._policy.max_receives:
            delay_s = 0  # straight to the dead-letter queue
            with suppress(NotFoundError):  # nobody waits for a row that is not there
                if image_id is not None:
                    self._catalog.update(image_id, lambda present: failed(present, self._clock.now()))
        self._inbox.delay(delivery.receipt, delay_s)


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
