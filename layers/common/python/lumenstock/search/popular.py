"""What many people look for: counted by different callers, remembered for a day, kept nowhere but in memory.

A query shows only once several different callers asked it, so that nobody reads what one person typed. Of a
caller nothing is kept but a hash under a key that dies with the process.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from datetime import datetime, timedelta
from hashlib import blake2b
from ipaddress import ip_network
from threading import Lock

from lumenstock.kernel.clock import Clock
from lumenstock.search.projection import fold

CALLERS = 5
"""So many must have asked, each at most a day ago."""

REMEMBERED = 5_000  # queries of at most 80 letters with at most 32 callers each: 10 MB at the very most
_LENGTH = 80
_LIFE = timedelta(days=1)
_MOST_CALLERS = 32  # more make a query no more popular
_HASH_BYTES = 8
# Words; not addresses, numbers of telephones or cards, or links.
_WORDS = re.compile(r"[^\W\d_]+(?:[ '-](?:[^\W\d_]+|\d{1,3}))*")


class PopularQueries:
    """Counts queries in one process. Safe to share between threads."""

    def __init__(self, clock: Clock, key: bytes) -> None:
        """``key`` is random, 16 to 64 bytes; with another one the same caller is somebody else."""
        self._clock = clock
        self._key = key
        self._asked: OrderedDict[str, dict[bytes, datetime]] = OrderedDict()
        self._lock = Lock()

    def note(self, query: str, address: str) -> None:
        """Count ``query`` for whoever asks from ``address``; a second time within a day changes no count.

        What is longer than a search usually is, or holds more than words, is not counted.

        Args:
            query: As it was written.
            address: An IP address; those of one network (/24, /64) are one caller. "" is nobody.
        """
        text, caller = fold(query), self._caller(address)
        if caller is None or len(text) > _LENGTH or not _WORDS.fullmatch(text):
            return
        with self._lock:
            callers = self._asked.setdefault(text, {})
            self._asked.move_to_end(text)
            callers.pop(caller, None)
            callers[caller] = self._clock.now()
            if len(callers) > _MOST_CALLERS:
                del callers[next(iter(callers))]
            if len(self._asked) > REMEMBERED:
                self._asked.popitem(last=False)

    def beginning(self, beginning: str, limit: int) -> tuple[str, ...]:
        """The queries that begin with ``beginning``, those of most callers first, ties by name.

        Args:
            beginning: In whatever spelling of case and spaces.
            limit: Most queries to give.
        """
        folded, since = fold(beginning), self._clock.now() - _LIFE
        if not folded:
            return ()
        with self._lock:
            counted = {
                text: sum(asked > since for asked in callers.values())
                for text, callers in self._asked.items()
                if text.startswith(folded)
            }
        popular = [text for text, callers in counted.items() if callers >= CALLERS]
        return tuple(sorted(popular, key=lambda text: (-counted[text], text))[:limit])

    def _caller(self, address: str) -> bytes | None:
        bits = 64 if ":" in address else 24
        try:
            network = ip_network(f"{address}/{bits}", strict=False)
        except ValueError:
            return None
        return blake2b(network.network_address.packed, key=self._key, digest_size=_HASH_BYTES).digest()
