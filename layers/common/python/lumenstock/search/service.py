"""The search use case: read what was written, ask for both legs, fuse, page, fetch the documents."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from lumenstock.embedding.model import Embedder
from lumenstock.kernel.clock import Clock
from lumenstock.kernel.errors import FieldError, InvalidInputError, SearchUnavailableError
from lumenstock.kernel.ids import ImageId
from lumenstock.search.alike import Appearance, miniature_of, most_alike_first
from lumenstock.search.asking import Asked, Asking
from lumenstock.search.boost import Boost
from lumenstock.search.document import Document
from lumenstock.search.encoding import QueryEncoder
from lumenstock.search.legs import Answered, Legs
from lumenstock.search.model import NextPage, Result, SearchPage, SearchRequest
from lumenstock.search.ports import MAX_DEPTH, WINDOW, Hit, IndexQuery, SearchIndex, Suggestion
from lumenstock.search.projection import fold
from lumenstock.search.ranking import Find, order_of, ranked, score_of
from lumenstock.search.synonyms import Others, shipped

logger = logging.getLogger(__name__)

_FEW = 3  # below as many finds by words, somebody may have meant another word
_RUN = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Tuning:
    """What can be set of a search without touching its code.

    Attributes:
        encode_deadline_s: How long a question waits for its vector.
    """

    boost: Boost = field(default_factory=Boost)
    synonyms: Others = field(default_factory=shipped)
    encode_deadline_s: float = 0.04


class SearchService:
    """Answers questions from one index and one model."""

    def __init__(
        self,
        index: SearchIndex,
        embedder: Callable[[], Embedder],
        clock: Clock,
        tuning: Tuning | None = None,
        answering: Callable[[], str | None] = lambda: None,
    ) -> None:
        """``embedder`` is called when the first words have to be encoded: loading a model takes time.

        ``answering`` names the model that it gives, without loading it.
        """
        self._tuning = tuning or Tuning()
        self._index = index
        self._clock = clock
        self._legs = Legs(index, clock)
        encoder = QueryEncoder(embedder, clock, self._tuning.encode_deadline_s, answering)
        self._asking = Asking(encoder, embedder, self._tuning.synonyms)

    def search(self, request: SearchRequest) -> SearchPage:
        """Answer ``request``.

        The fused window comes first. Past it a hybrid answer goes on in keyword order, without what was
        shown already; a semantic one ends. So all pages together hold ``total`` results, each once.

        Raises:
            InvalidInputError: The page lies beyond the first 10,000 results.
            SearchUnavailableError: The index does not answer.
        """
        if request.offset >= MAX_DEPTH:
            too_deep = FieldError(
                "page", "too_deep", f"Only the first {MAX_DEPTH} results can be paged through."
            )
            raise InvalidInputError(errors=(too_deep,))
        asked = self._asking.question(request)
        answered = self._legs.ask(asked.query)
        window = ranked(answered, asked.weight, self._tuning.boost, self._clock.now())
        finds = self._page(answered, window, request)
        answer = answered.answer
        consumed = request.offset + len(finds)
        ended = not finds or consumed >= min(answer.total, MAX_DEPTH)
        order = order_of(answered.query, beyond=consumed >= len(window))
        return SearchPage(
            results=self._results(asked, finds),
            total=answer.total,
            relation=answer.relation,
            facets=answer.facets,
            next=None if ended else NextPage(consumed, order),
            degraded=asked.degraded or answered.lost,
            understood=asked.understood,
            did_you_mean=self._meant(request, asked, answered),
        )

    def similar(self, image_id: ImageId, limit: int) -> tuple[Result, ...]:
        """The ``limit`` pictures that look most like ``image_id``, itself left out: copies and crops first.

        Raises:
            NotFoundError: The index holds no such image.
            SearchUnavailableError: The index does not answer.
        """
        near = self._index.similar(image_id, max(limit, WINDOW))
        documents = self._index.get([image_id, *(hit.id for hit in near)])
        asked = documents.get(image_id)
        finds = _found(near, documents)
        return most_alike_first(miniature_of(asked), finds)[:limit] if asked else tuple(finds[:limit])

    def like(self, asked: Appearance, limit: int) -> tuple[Result, ...]:
        """The ``limit`` pictures that look most like one from anywhere: its copies and crops first.

        Raises:
            SearchUnavailableError: The index does not answer.
        """
        near = self._index.query(IndexQuery(vector=asked.vector, window=max(limit, WINDOW))).vector
        documents = self._index.get([hit.id for hit in near])
        return most_alike_first(asked.miniature, _found(near, documents))[:limit]

    def suggest(self, beginning: str, limit: int) -> tuple[Suggestion, ...]:
        """Titles and tags that begin with ``beginning``, in whatever spelling of case and spaces.

        Raises:
            SearchUnavailableError: The index does not answer.
        """
        folded = fold(beginning)
        return self._index.suggest(folded, limit) if folded else ()

    def _results(self, asked: Asked, finds: Sequence[Find]) -> tuple[Result, ...]:
        documents = self._index.get([find.id for find in finds])
        matched = self._index.matched_words(asked.words, list(documents.values()))
        return tuple(
            Result(documents[find.id], find.score, matched[find.id]) for find in finds if find.id in documents
        )

    def _meant(self, request: SearchRequest, asked: Asked, answered: Answered) -> str | None:
        """What was written, with words in place of those that are nowhere; None where enough was found."""
        if request.offset or not asked.words.text or len(answered.answer.keyword) >= _FEW:
            return None
        try:
            others = self._index.corrections(list(dict.fromkeys(_RUN.findall(asked.words.text))))
        except SearchUnavailableError:
            logger.warning("Nobody can say what was meant.", exc_info=True)
            return None
        if not others:
            return None
        return _RUN.sub(lambda word: others.get(word[0], word[0]), request.text)

    def _page(self, answered: Answered, window: Sequence[Find], request: SearchRequest) -> list[Find]:
        query, answer = answered.query, answered.answer
        end = min(request.offset + request.page_size, MAX_DEPTH)
        page = list(window[request.offset : end])
        missing = end - request.offset - len(page)
        if missing and answer.total > len(window):
            shown = {hit.id for hit in answer.vector}
            seen = sum(hit.id not in shown for hit in answer.keyword)
            tail = self._index.keyword_page(
                query,
                excluding=[hit.id for hit in answer.vector],
                offset=seen + max(0, request.offset - len(window)),
                limit=missing,
            )
            page += [Find(hit.id, None if answer.vector else score_of(query, hit)) for hit in tail]
        return page


def _found(hits: Sequence[Hit], documents: Mapping[ImageId, Document]) -> list[Result]:
    return [Result(documents[hit.id], hit.score) for hit in hits if hit.id in documents]
