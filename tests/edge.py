"""What stands for the CDN's caches where there is no CDN: remembers what it was told to forget."""

from __future__ import annotations

from collections.abc import Sequence


class RememberingEdge:
    """Implements :class:`lumenstock.ingest.purging.Edge`: prefixes by reference."""

    def __init__(self) -> None:
        self.requests: dict[str, tuple[str, ...]] = {}

    @property
    def forgotten(self) -> list[str]:
        """Every prefix, as often as it was forgotten."""
        return sorted(prefix for prefixes in self.requests.values() for prefix in prefixes)

    def forget(self, prefixes: Sequence[str], reference: str) -> None:
        self.requests[reference] = tuple(prefixes)
