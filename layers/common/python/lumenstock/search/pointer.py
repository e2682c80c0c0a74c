"""What a process knows of the rollout: read when first needed, and again when it is some seconds old."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from threading import Lock

from lumenstock.kernel.clock import Clock
from lumenstock.kernel.errors import UnavailableError
from lumenstock.search.rollout import Rollout, RolloutStore

FRESH_S = 5

logger = logging.getLogger(__name__)


class Pointer:
    """Says which model answers, without asking the catalogue each time."""

    def __init__(self, store: RolloutStore, clock: Clock) -> None:
        """Read from ``store``."""
        self._store = store
        self._clock = clock
        self._lock = Lock()
        self._read_at: datetime | None = None
        self._known: Rollout | None = None

    def known(self) -> Rollout | None:
        """The record, at most 5 s old; an older one where the catalogue does not answer.

        Raises:
            UnavailableError: It does not answer, and nothing is known yet.
        """
        read_at = self._read_at
        if read_at is not None and self._clock.now() - read_at < timedelta(seconds=FRESH_S):
            return self._known
        try:
            return self.fresh()
        except UnavailableError:
            if read_at is None:
                raise
            logger.warning("The state of the rollout cannot be read; what is known stays.", exc_info=True)
            return self._known

    def serving(self) -> str | None:
        """``name@version`` of the model that answers; None where no rollout ever named one."""
        known = self.known()
        return known.serving.model if known else None

    def fresh(self) -> Rollout | None:
        """The record as it is now.

        Raises:
            UnavailableError: The catalogue does not answer.
        """
        now = self._clock.now()
        rollout = self._store.read()
        with self._lock:
            # Of two threads the one that read the later record wins.
            if self._known is None or (rollout is not None and rollout.version >= self._known.version):
                self._known = rollout
            self._read_at = now
            return self._known
