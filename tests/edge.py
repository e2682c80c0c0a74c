"""What stands for the CDN's caches where there is no CDN: remembers what it was told to forget."""

from __future__ import annotations


class RememberingEdge:
    """Implements :class:`lumenstock.ingest.purging.Edge`: prefix by reference."""

    def __init__(self) -> None:
        self.forgotten: dict[str, str] = {}

    def forget(self, prefix: str, reference: str) -> None:
        self.forgotten[reference] = prefix
