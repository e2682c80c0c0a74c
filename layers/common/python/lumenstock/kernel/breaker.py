"""A circuit breaker: a part that keeps failing is left alone for a while."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock

from lumenstock.kernel.clock import Clock


class CircuitBreaker:
    """Opens after ``failures`` in a row within ``within``; after ``rest`` it lets one call through to try.

    Its state is that of one process: each finds out by itself, which costs a few calls and no store.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        failures: int = 5,
        within: timedelta = timedelta(seconds=30),
        rest: timedelta = timedelta(seconds=60),
    ) -> None:
        """Start closed."""
        self._clock = clock
        self._failures = failures
        self._within = within
        self._rest = rest
        self._lock = Lock()
        self._failed: list[datetime] = []
        self._tried_at: datetime | None = None  # set while open: when it opened, or last let one through

    def allows(self) -> bool:
        """Whether a call may be made now. While open, once every ``rest``."""
        with self._lock:
            if self._tried_at is None:
                return True
            now = self._clock.now()
            if now - self._tried_at < self._rest:
                return False
            self._tried_at = now
            return True

    def succeeded(self) -> None:
        """Note that a call was answered: closes."""
        with self._lock:
            self._failed.clear()
            self._tried_at = None

    def failed(self) -> None:
        """Note that a call was not answered."""
        with self._lock:
            now = self._clock.now()
            self._failed = [at for at in self._failed if now - at <= self._within] + [now]
            if self._tried_at is not None or len(self._failed) >= self._failures:
                self._tried_at = now
