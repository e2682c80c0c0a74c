"""The parts of a large file: which are missing, and sending those."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from cli.client import Client
from cli.responses import HeldPart, PartTicket
from cli.storage import OnBytes, Slice, Storage, StorageRefusedError

# The API signs no more at a time.
_MOST_ADDRESSES = 100


@dataclass(frozen=True, slots=True)
class Cut:
    """How a file is cut: every part has ``part_size`` bytes, the last one what is left."""

    path: Path
    size_bytes: int
    part_size: int
    part_count: int

    def piece(self, number: int) -> Slice:
        """Part ``number``, from 1 on."""
        offset = (number - 1) * self.part_size
        return Slice(self.path, offset, min(self.part_size, self.size_bytes - offset))

    def missing(self, held: Collection[HeldPart]) -> list[int]:
        """Numbers of the parts that are not ``held``. One of another length counts as missing."""
        whole = {part.number for part in held if part.size == self.piece(part.number).size_bytes}
        return [number for number in range(1, self.part_count + 1) if number not in whole]


class PartSender:
    """Sends parts, ``jobs`` at a time over all files, so that one large file alone uses the whole line."""

    def __init__(self, client: Client, storage: Storage, jobs: int) -> None:
        """Ask ``client`` for addresses, and send to them with ``storage``."""
        self._client = client
        self._storage = storage
        self._pool = ThreadPoolExecutor(jobs, thread_name_prefix="part")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=kind is None, cancel_futures=True)

    def send(self, upload_id: str, cut: Cut, missing: Sequence[int], on_bytes: OnBytes) -> None:
        """Send the ``missing`` parts; ``on_bytes`` is told how many bytes of them are under way.

        Raises:
            UnreachableError: API or store gave no answer in all attempts.
            StorageRefusedError: The store did not take a part.
            FileChangedError: The file is shorter than announced.
        """
        tally = _Tally(on_bytes)
        for start in range(0, len(missing), _MOST_ADDRESSES):
            numbers = missing[start : start + _MOST_ADDRESSES]
            tickets = self._client.part_urls(upload_id, numbers)
            futures = [
                self._pool.submit(self._put, upload_id, cut, number, tickets[number], tally)
                for number in numbers
            ]
            try:
                for future in as_completed(futures):
                    future.result()
            finally:
                for future in futures:
                    future.cancel()
                wait(futures)  # what is under way arrives, and need not be sent next time

    def _put(self, upload_id: str, cut: Cut, number: int, ticket: PartTicket, tally: _Tally) -> None:
        piece = cut.piece(number)

        def count(sent_bytes: int) -> None:
            tally.set(number, sent_bytes)

        try:
            self._storage.put_part(piece, ticket, count)
        except StorageRefusedError as refusal:
            if not refusal.is_expired:
                raise
            fresh = self._client.part_urls(upload_id, [number])[number]
            self._storage.put_part(piece, fresh, count)


class _Tally:
    """Adds up what parts report, each of which may start over."""

    def __init__(self, on_bytes: OnBytes) -> None:
        self._sum = 0
        self._on_bytes = on_bytes
        self._parts: dict[int, int] = {}
        self._lock = threading.Lock()

    def set(self, number: int, sent_bytes: int) -> None:
        with self._lock:
            self._sum += sent_bytes - self._parts.get(number, 0)
            self._parts[number] = sent_bytes
            self._on_bytes(self._sum)
