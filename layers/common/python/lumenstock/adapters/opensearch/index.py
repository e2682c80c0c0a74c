"""The search index of a deployment: OpenSearch with its k-NN plugin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy

from opensearchpy import OpenSearch

from lumenstock.adapters.opensearch import vocabulary
from lumenstock.adapters.opensearch.aliases import Aliases
from lumenstock.adapters.opensearch.answering import answer_of, search_for
from lumenstock.adapters.opensearch.bulk import Bulk
from lumenstock.adapters.opensearch.counting import tally_of, tally_search
from lumenstock.adapters.opensearch.faults import available
from lumenstock.adapters.opensearch.legs import (
    ids_search,
    keyword_hits,
    keyword_search,
    nearest,
    vector_search,
)
from lumenstock.adapters.opensearch.mapping import IndexShape
from lumenstock.adapters.opensearch.reading import Reader
from lumenstock.adapters.opensearch.records import change_of, document_of, records_of
from lumenstock.adapters.opensearch.snapshots import Snapshots
from lumenstock.adapters.opensearch.words import stems_of, written_words_of
from lumenstock.embedding.model import from_f16
from lumenstock.kernel.errors import ConflictError, NotFoundError, SearchUnavailableError
from lumenstock.kernel.ids import ImageId
from lumenstock.kernel.portions import portions
from lumenstock.search.document import Document
from lumenstock.search.matching import matched_words
from lumenstock.search.ports import (
    Change,
    Hit,
    IndexAnswer,
    IndexQuery,
    QueryVector,
    Suggestion,
    Tally,
)
from lumenstock.search.refusal import IndexRefusedError
from lumenstock.search.rollout import Place
from lumenstock.search.upkeep import Source

COLLECTIONS = {Place.FIRST: "img", Place.SECOND: "img-b"}

_REBUILD_BATCH = 500
_IDS_AT_A_TIME = 2000
_NOTED_EVERY = 5  # portions of some hundred documents; a note is news for all nodes
_MOST_TURNS = 10  # a write follows a rebuild that begins or ends meanwhile; ten of them is no rebuild


class OpenSearchIndex:
    """Implements :class:`lumenstock.search.upkeep.KeptIndex` on OpenSearch 3."""

    def __init__(
        self,
        client: OpenSearch,
        shape: IndexShape,
        *,
        name: str = COLLECTIONS[Place.FIRST],
        visible: bool = False,
    ) -> None:
        """Keep everything in indices named after ``name``, which are made when first written to.

        Args:
            client: Which engine.
            shape: How new indices are made.
            name: Of the collection.
            visible: Whether a write can be found as soon as it returns. It costs the engine a segment a
                write, so where many write it is found within a second instead.
        """
        self._client = client
        self._aliases = Aliases(client, name, shape)
        self._bulk = Bulk(client, visible=visible)
        self._reader = Reader(client, self._aliases.read)
        self._shards = shape.shards

    def write(self, changes: Sequence[Change]) -> None:
        """See the protocol.

        Raises:
            IndexRefusedError: The engine finds fault with some; all others are written.
        """
        records = records_of(changes)
        taken: set[str] = set()
        refused: dict[ImageId, str] = {}
        with available():
            for _ in range(_MOST_TURNS if records else 0):
                targets = self._aliases.targets()
                missing = [alias for alias, index in targets.items() if index not in taken]
                if not missing:
                    if refused:
                        raise IndexRefusedError(refused)
                    return
                for alias in missing:
                    try:
                        taken |= self._bulk.send(records, alias)
                    except IndexRefusedError as error:  # the other one may take them: it may know more fields
                        taken.add(targets[alias])
                        refused |= error.reasons
        if records:
            message = "The search index is being rebuilt without end."
            raise SearchUnavailableError(message)

    def get(self, ids: Sequence[ImageId]) -> Mapping[ImageId, Document]:
        """See the protocol."""
        with available():
            sources = self._reader.sources(ids)
        documents = {image_id: document_of(source) for image_id, source in sources.items()}
        return {image_id: found for image_id, found in documents.items() if found is not None}

    def query(self, query: IndexQuery) -> IndexAnswer:
        """See the protocol."""
        with available():
            found = self._reader.search(search_for(query, self._shards))
            if (shards := found["_shards"]["total"]) > self._shards:  # it was made by somebody else
                self._shards = shards
                found = self._reader.search(search_for(query, shards))
            return answer_of(query, found)

    def keyword_page(
        self, query: IndexQuery, *, excluding: Sequence[ImageId], offset: int, limit: int
    ) -> tuple[Hit, ...]:
        """See the protocol."""
        with available():
            return keyword_hits(query, self._reader.search(keyword_search(query, excluding, offset, limit)))

    def similar(self, image_id: ImageId, limit: int) -> tuple[Hit, ...]:
        """See the protocol."""
        document = self.get([image_id]).get(image_id)
        if document is None:
            message = f"There is no image {image_id}."
            raise NotFoundError(message)
        if not document.vector_f16:
            return ()
        vector = QueryVector(document.model, from_f16(document.vector_f16))
        query = IndexQuery(vector=vector, window=limit + 1)
        with available():
            near = nearest(self._reader.search(vector_search(query, vector)), query.window)
        return tuple(hit for hit in near if hit.id != image_id)[:limit]

    def suggest(self, beginning: str, limit: int) -> tuple[Suggestion, ...]:
        """See the protocol."""
        with available():
            return vocabulary.suggestions(self._reader.search(vocabulary.suggest_search(beginning, limit)))

    def corrections(self, words: Sequence[str]) -> Mapping[str, str]:
        """See the protocol."""
        asked = vocabulary.may_be_wrong(words)
        if not asked:
            return {}
        with available():
            near = vocabulary.near_words(asked, self._reader.search(vocabulary.near_search(asked)))
            texts = [text for found in near.values() for text in found]
            return (
                vocabulary.corrected(near, self._reader.search(vocabulary.count_search(texts)))
                if texts
                else {}
            )

    def matched_words(
        self, query: IndexQuery, documents: Sequence[Document]
    ) -> Mapping[ImageId, frozenset[str]]:
        """See the protocol."""
        return matched_words(query, documents, stems_of, written_words_of)

    def stored(self, ids: Sequence[ImageId]) -> Mapping[ImageId, Change]:
        """See the protocol."""
        with available():
            return {image_id: change_of(source) for image_id, source in self._reader.sources(ids).items()}

    def found_ids(self) -> Iterator[ImageId]:
        """See the protocol."""
        last: ImageId | None = None
        while True:
            with available():
                hits = self._reader.search(ids_search(last, _IDS_AT_A_TIME))["hits"]["hits"]
            if not hits:
                return
            yield from (last := ImageId(hit["_id"]) for hit in hits)

    def tally(self, model: str) -> Tally:
        """See the protocol."""
        with available():
            return tally_of(self._reader.search(tally_search(model)))

    def rebuild(self, changes: Iterable[Change]) -> int:
        """See the protocol.

        Raises:
            ConflictError: Another rebuild began meanwhile and took over.
            IndexRefusedError: The engine finds fault with some of the changes.
        """
        with available():
            index = self._aliases.begin()
            try:
                taken = sum(self._fill(index, batch) for batch in portions(changes, _REBUILD_BATCH))
                self._aliases.finish(index)
            except BaseException:
                self._aliases.abandon(index)
                raise
        return taken

    def refill(self, source: Source) -> None:
        """See the protocol.

        Raises:
            ConflictError: Another rebuild began meanwhile and took over.
            IndexRefusedError: The engine finds fault with some of the changes; the next refill begins anew.
        """
        with available():
            index, bookmark = self._aliases.unfinished() or (self._aliases.begin(), None)
            try:
                for number, portion in enumerate(source(bookmark), start=1):
                    if portion.changes:
                        self._fill(index, portion.changes)
                    if number % _NOTED_EVERY == 0:
                        self._aliases.note(index, portion.bookmark)
                self._aliases.finish(index)
            except IndexRefusedError:
                self._aliases.abandon(index)
                raise

    def give_up_refill(self) -> bool:
        """See the protocol."""
        with available():
            return self._aliases.give_up()

    def half_built(self) -> OpenSearchIndex:
        """The index that a rebuild or a restored snapshot is about to put in place, to be looked at."""
        beside = copy(self)
        beside._reader = Reader(self._client, self._aliases.rebuild)  # noqa: SLF001 - of this class
        return beside

    def snapshots(self, repository: str) -> Snapshots:
        """The snapshots of this index in ``repository``."""
        return Snapshots(self._client, self._aliases, repository)

    def put_in_place(self, index: str) -> None:
        """Let ``index``, which came back from a snapshot, answer.

        Raises:
            ConflictError: A rebuild took over.
        """
        with available():
            self._aliases.finish(index)

    def _fill(self, index: str, batch: Sequence[Change]) -> int:
        if self._bulk.send(records_of(batch), self._aliases.rebuild) != {index}:
            message = "Another rebuild of the search index took over."
            raise ConflictError(message)
        return len(batch)
