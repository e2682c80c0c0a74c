"""What operators need of an index beside searches: to look at what it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from lumenstock.kernel.ids import ImageId
from lumenstock.search.ports import Change, SearchIndex


class KeptIndex(SearchIndex, Protocol):
    """A search index that can be compared with the catalogue.

    Every method raises :class:`lumenstock.kernel.errors.SearchUnavailableError` when the engine cannot
    answer.
    """

    def stored(self, ids: Sequence[ImageId]) -> Mapping[ImageId, Change]:
        """What was last written under ``ids``, removals too; what was never written is left out."""
        ...

    def found_ids(self) -> Iterator[ImageId]:
        """The ids of all documents that searches find, each once, in rising order.

        What is written meanwhile may be among them or not. A few thousand ids, or 32 bytes of each, are in
        memory at a time.
        """
        ...
