"""One HTTP connection pool with retries; knows nothing of what is said over it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx

from cli.problem import UnreachableError, describe, error_of
from cli.quiet import Quiet
from cli.retry import ASKING, ONCE, Retry

# The gateway answers after 30 s at the latest, itself if it must; a refused connection shows at once.
_TIMEOUT = httpx.Timeout(35.0, connect=5.0)


class Transport:
    """Sends requests to one address. Safe to share between threads.

    What may arrive twice is tried again: reads, and writes with an Idempotency-Key. The rest goes ``once``.
    """

    def __init__(self, base_url: str, retry: Retry = ASKING) -> None:
        """Talk to ``base_url``, such as ``http://localhost:8080``; try as often as ``retry`` says."""
        self.base_url = base_url.rstrip("/")
        self._retry = retry
        self._quiet = Quiet(retry)
        self._http = httpx.Client(base_url=self.base_url, timeout=_TIMEOUT)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        once: bool = False,
    ) -> httpx.Response:
        """Send a request and return its answer, which is below 400.

        ``once``: a second arrival would fare otherwise than the first, so nothing is sent again.

        Raises:
            UnreachableError: No answer came in all attempts.
            LumenstockError: The server refused or failed; of the class that its problem names.
        """

        def send() -> httpx.Response:
            self._quiet.wait()
            response = self._http.request(method, path, json=json, params=params, headers=headers)
            self._quiet.heed(response)
            return response

        try:
            response = (ONCE if once else self._retry).until_lasting(send)
        except httpx.TransportError as cause:
            host = urlsplit(self.base_url).netloc or self.base_url
            raise UnreachableError(f"{host} does not answer ({describe(cause)}).") from cause
        if response.status_code >= httpx.codes.BAD_REQUEST:
            raise error_of(response)
        return response
