"""When a request is sent again, and after how long."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

import httpx

# A 500 is a bug that a second call meets again; these four pass by themselves.
_PASSING = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


@dataclass(frozen=True, slots=True)
class Retry:
    """Exponential backoff with full jitter, so that clients which failed together do not return together.

    Source: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/

    Attributes:
        attempts: Calls in all, the first one included.
        base_s: Upper bound of the first wait; each later bound doubles.
        cap_s: No wait that we draw is longer.
        heed_s: The longest Retry-After that is waited for; when the server asks for more, we give up at once
            and say so, because coming back earlier would be what it asked us not to do.
        jitter: Draws from [0, 1).
        sleep: Waits for so many seconds.
    """

    attempts: int
    base_s: float = 0.4
    cap_s: float = 20.0
    heed_s: float = 20.0
    jitter: Callable[[], float] = random.random
    sleep: Callable[[float], None] = time.sleep

    def until_lasting(self, call: Callable[[], httpx.Response]) -> httpx.Response:
        """Call until an answer is one that lasts; after the last attempt, whatever the answer is.

        Only for requests that may arrive twice.

        Raises:
            httpx.TransportError: The last attempt got no answer.
        """
        failures = 0
        while True:
            failures += 1
            asked_s = 0.0
            try:
                response = call()
            except httpx.TransportError:
                if failures == self.attempts:
                    raise
            else:
                asked_s = retry_after_s(response)
                if failures == self.attempts or not _passes(response) or asked_s > self.heed_s:
                    return response
            self.sleep(self.delay_s(failures, asked_s))

    def delay_s(self, failures: int, asked_s: float = 0.0) -> float:
        """Seconds to wait after so many failures in a row (1 for the first), never less than ``asked_s``."""
        return asked_s + min(self.cap_s, self.jitter() * self.base_s * 2.0 ** (failures - 1))


ONCE = Retry(attempts=1)
# A person waits for the answer: 0.6 s on average until it is "no".
ASKING = Retry(attempts=3)
# A long run outlives a restart or a burst of others: 13 s on average.
SENDING = Retry(attempts=7, heed_s=300)
# Nobody watches a run of days: it outlives two minutes without a network.
MIGRATING = Retry(attempts=18, heed_s=900)


def retry_after_s(response: httpx.Response) -> float:
    """What the server asks for; 0 when nothing (the HTTP-date form, which our API never sends, counts so)."""
    asked = response.headers.get("retry-after", "")
    return float(asked) if asked.isdecimal() else 0.0


def _passes(response: httpx.Response) -> bool:
    """Whether a second call may fare better: a lost race (409) says so by its Retry-After."""
    lost_race = response.status_code == HTTPStatus.CONFLICT and "retry-after" in response.headers
    return lost_race or response.status_code in _PASSING
