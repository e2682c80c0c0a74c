"""Work that only one may do at a time, in the table ``idempotency``: an attempt that answers nobody."""

from __future__ import annotations

from datetime import datetime, timedelta

from lumenstock.adapters.aws.idempotency import Attempt, Claim, IdempotencyStore
from lumenstock.ingest.ports import Standing
from lumenstock.kernel.errors import RequestInProgressError

_BUSY = timedelta(seconds=60)  # longer than the function may run: after that the one who had it is dead
_HOPELESS = timedelta(hours=1)


class DynamoFlight:
    """Implements :class:`lumenstock.ingest.ports.Flight`."""

    def __init__(self, store: IdempotencyStore, name: str, token: str, now: datetime) -> None:
        """One try, told apart from others by ``token``, at what ``name`` stands for."""
        self._store = store
        self._now = now
        self._attempt = Attempt(
            key=f"flight#{name}",
            fingerprint="",
            token=token,
            busy_until=now + _BUSY,
            expires_at=now + _HOPELESS,
        )

    def begin(self) -> Standing:
        """See the protocol."""
        try:
            begun = self._store.begin(self._attempt, self._now)
        except RequestInProgressError:
            return Standing.TAKEN
        return Standing.OURS if isinstance(begun, Claim) else Standing.HOPELESS

    def end(self) -> None:
        """See the protocol."""
        self._store.abandon(self._attempt)

    def give_up(self) -> None:
        """See the protocol."""
        self._store.finish(self._attempt, "hopeless")
