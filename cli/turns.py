"""One at a time for each of very many things."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager


class Turns:
    """A lock for each key, kept only while somebody holds it or waits for it."""

    def __init__(self) -> None:
        """Nobody holds anything."""
        self._turns: dict[Hashable, tuple[threading.Lock, int]] = {}
        self._lock = threading.Lock()

    @contextmanager
    def of(self, key: Hashable) -> Iterator[None]:
        """Be alone with ``key``."""
        with self._lock:
            turn, users = self._turns.get(key, (threading.Lock(), 0))
            self._turns[key] = (turn, users + 1)
        try:
            with turn:
                yield
        finally:
            with self._lock:
                turn, users = self._turns.pop(key)
                if users > 1:
                    self._turns[key] = (turn, users - 1)
