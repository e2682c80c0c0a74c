"""Writes in bulk: what is refused for a while is sent again, in smaller pieces; what is wrong is named.

The number of records in a request grows by steps and halves when the engine is overloaded (additive
increase, multiplicative decrease), so that several writers share what it can take.
"""

from __future__ import annotations

import json
import random
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import OpenSearchException

from lumenstock.adapters.opensearch.faults import BUSY, NOT_FOUND, status_of
from lumenstock.adapters.opensearch.records import Record
from lumenstock.kernel.errors import SearchUnavailableError
from lumenstock.kernel.ids import ImageId
from lumenstock.search.refusal import IndexRefusedError

MOST_RECORDS = 500
STEP = 50
MOST_BYTES = 5_000_000  # a record with a vector has about 12 kB; AWS takes requests of 10 MB and more
TRIES = 8
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0

_OK, _CONFLICT, _TOO_LARGE = 300, 409, 413


@dataclass(frozen=True, slots=True)
class _Line:
    id: ImageId
    text: str


@dataclass(slots=True)
class _Sent:
    """What became of one request."""

    indices: set[str] = field(default_factory=set)
    again: list[_Line] = field(default_factory=list)
    refused: dict[ImageId, str] = field(default_factory=dict)


class Bulk:
    """Sends records to an alias. One object remembers how much the engine takes at a time."""

    def __init__(
        self,
        client: OpenSearch,
        *,
        visible: bool,
        pause: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Write through ``client``.

        Args:
            client: Which engine.
            visible: Whether a write can be found when it returns; else within the index's second.
            pause: Rests for so many seconds.
            chance: A number in [0, 1), to part writers that were refused together.
        """
        self._client = client
        self._parameters = {"refresh": "true" if visible else "false", "require_alias": "true"}
        self._pause = pause
        self._chance = chance
        self._size = MOST_RECORDS

    def send(self, records: Iterable[Record], alias: str) -> set[str]:
        """Write ``records`` through ``alias``; those that are older than what is in place are dropped.

        Returns:
            The indices behind the alias that took them; none if there is no such alias.

        Raises:
            IndexRefusedError: The engine finds fault with some of them; all others are written.
            SearchUnavailableError: It took nothing for too long. Some may be written.
        """
        waiting = deque(_line(record) for record in records)
        indices: set[str] = set()
        refused: dict[ImageId, str] = {}
        failures = 0
        while waiting:
            lines = self._next(waiting)
            sent = self._send(lines, alias)
            indices |= sent.indices
            refused |= sent.refused
            if not sent.again:
                self._size, failures = min(MOST_RECORDS, self._size + STEP), 0
                continue
            waiting.extendleft(reversed(sent.again))
            # An engine that took a part is busy, and not down: a run of any length goes on with it.
            failures = failures + 1 if len(sent.again) == len(lines) else 0
            if failures == TRIES:
                message = f"The search index took no more writes after {TRIES} tries."
                raise SearchUnavailableError(message)
            self._size = max(1, self._size // 2)
            pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**failures)
            self._pause(pause_s * (0.5 + self._chance() / 2))
        if refused:
            raise IndexRefusedError(refused)
        return indices

    def _next(self, waiting: deque[_Line]) -> list[_Line]:
        """Take the next request's lines off ``waiting``."""
        lines, size = [waiting.popleft()], 0
        while waiting and len(lines) < self._size and (size := size + len(lines[-1].text)) < MOST_BYTES:
            lines.append(waiting.popleft())
        return lines

    def _send(self, lines: list[_Line], alias: str) -> _Sent:
        try:
            answer = self._client.bulk(
                body="".join(line.text for line in lines), index=alias, params=self._parameters
            )
        except OpenSearchException as error:
            if status_of(error) in BUSY or (status_of(error) == _TOO_LARGE and len(lines) > 1):
                return _Sent(again=lines)
            raise
        sent = _Sent()
        for line, item in zip(lines, answer["items"], strict=True):
            _note(sent, line, item["index"])
        return sent


def _note(sent: _Sent, line: _Line, result: dict[str, Any]) -> None:
    status = int(result["status"])
    if status < _OK or status == _CONFLICT:  # a conflict: a newer one is in place
        sent.indices.add(result["_index"])
    elif status in BUSY:
        sent.again.append(line)
    elif status != NOT_FOUND:  # then the alias went, and with it what it stood for
        sent.refused[line.id] = str(result["error"].get("reason", result["error"]["type"]))


def _line(record: Record) -> _Line:
    action = {"_id": record.id, "version": record.version, "version_type": "external_gte"}
    parts = (json.dumps({"index": action}), json.dumps(record.source, separators=(",", ":")))
    return _Line(record.id, "".join(f"{part}\n" for part in parts))
