"""A deployment without a search engine: the pipeline goes on, questions are refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NoReturn

from lumenstock.kernel.errors import SearchUnavailableError
from lumenstock.kernel.ids import ImageId
from lumenstock.search.document import Document
from lumenstock.search.ports import Change, Hit, IndexAnswer, IndexQuery, Suggestion, Tally
from lumenstock.search.upkeep import Source


class NoSearch:
    """Implements :class:`lumenstock.search.upkeep.KeptIndex` where there is none.

    Writes are dropped: an engine that is added later is filled from the catalogue by ``ops reindex``.
    """

    def write(self, changes: Sequence[Change]) -> None:
        """Do nothing."""

    def get(self, ids: Sequence[ImageId]) -> Mapping[ImageId, Document]:  # noqa: ARG002 - the protocol
        """Refuse."""
        _refuse()

    def query(self, query: IndexQuery) -> IndexAnswer:  # noqa: ARG002 - the protocol
        """Refuse."""
        _refuse()

    def keyword_page(
        self,
        query: IndexQuery,  # noqa: ARG002 - the protocol
        *,
        excluding: Sequence[ImageId],  # noqa: ARG002 - the protocol
        offset: int,  # noqa: ARG002 - the protocol
        limit: int,  # noqa: ARG002 - the protocol
    ) -> tuple[Hit, ...]:
        """Refuse."""
        _refuse()

    def similar(self, image_id: ImageId, limit: int) -> tuple[Hit, ...]:  # noqa: ARG002 - the protocol
        """Refuse."""
        _refuse()

    def suggest(self, beginning: str, limit: int) -> tuple[Suggestion, ...]:  # noqa: ARG002 - the protocol
        """Refuse."""
        _refuse()

    def corrections(self, words: Sequence[str]) -> Mapping[str, str]:  # noqa: ARG002 - the protocol
        """Refuse."""
        _refuse()

    def matched_words(
        self,
        query: IndexQuery,  # noqa: ARG002 - the protocol
        documents: Sequence[Document],  # noqa: ARG002 - the protocol
    ) -> Mapping[ImageId, frozenset[str]]:
        """Refuse."""
        _refuse()

    def stored(self, ids: Sequence[ImageId]) -> Mapping[ImageId, Change]:  # noqa: ARG002 - the protocol
        """Refuse."""
        _refuse()

    def found_ids(self) -> Iterator[ImageId]:
        """Refuse."""
        _refuse()

    def tally(self, model: str) -> Tally:  # noqa: ARG002 - the protocol
        """Refuse."""
        _refuse()

    def refill(self, source: Source) -> None:  # noqa: ARG002 - the protocol
        """Refuse."""
        _refuse()

    def give_up_refill(self) -> bool:
        """Refuse."""
        _refuse()

    def rebuild(self, changes: Iterable[Change]) -> int:  # noqa: ARG002 - the protocol
        """Refuse."""
        _refuse()


def _refuse() -> NoReturn:
    raise SearchUnavailableError("This deployment has no search engine.")
