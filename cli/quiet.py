"""Lets all threads of a run be quiet when the server asks one of them to."""

from __future__ import annotations

import threading
import time
from http import HTTPStatus

import httpx

from cli.retry import Retry, retry_after_s


class Quiet:
    """A time until which nobody speaks. Without it, each of 32 threads would have to be told for itself."""

    def __init__(self, retry: Retry) -> None:
        """Wait by ``retry``'s own means, and for no longer than it would."""
        self._retry = retry
        self._until_s = 0.0
        self._lock = threading.Lock()

    def heed(self, response: httpx.Response) -> None:
        """Be quiet for as long as a 429 or 503 asks."""
        if response.status_code in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
            asked_s = min(retry_after_s(response), self._retry.heed_s)
            with self._lock:
                self._until_s = max(self._until_s, time.monotonic() + asked_s)

    def wait(self) -> None:
        """Return when one may speak again."""
        left_s = self._until_s - time.monotonic()
        if left_s > 0:
            self._retry.sleep(left_s)
