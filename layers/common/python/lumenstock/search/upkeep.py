"""What operators need of an index beside searches: to look at what it holds, and to fill it in portions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lumenstock.kernel.ids import ImageId
from lumenstock.search.ports import Change, SearchIndex


@dataclass(frozen=True, slots=True)
class Portion:
    """Some of what an index is to hold.

    Attributes:
        bookmark: From where the source goes on behind ``changes``.
    """

    changes: Sequence[Change]
    bookmark: str


# Everything that an index is to hold: from a bookmark on, or from the beginning.
Source = Callable[[str | None], Iterable[Portion]]


class Refillable(Protocol):
    """What can be filled in portions, by one run after another."""

    def refill(self, source: Source) -> None:
        """As :meth:`SearchIndex.rebuild`, but go on where an earlier refill was cut short.

        Args:
            source: Called once: with the bookmark of a portion that is safe, close to the last one that was
                taken in, or with None to begin.

        Cut short, even by a kill, it leaves the index answering as before; writes go on to reach both what
        answers and what is half-built, until a refill goes on or it is given up.
        """
        ...


class KeptIndex(SearchIndex, Refillable, Protocol):
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

    def give_up_refill(self) -> bool:
        """Drop what a refill left half-built; whether there was anything. The next one begins anew."""
        ...
