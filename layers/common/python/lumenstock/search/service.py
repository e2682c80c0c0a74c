"""The search use case: encode the words, ask the index for both legs, fuse, page, fetch the documents."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lumenstock.embedding.model import Embedder
from lumenstock.kernel.errors import FieldError, InvalidInputError
from lumenstock.kernel.ids import ImageId
from lumenstock.search.hybrid import Leg, fuse
from lumenstock.search.model import Mode, NextPage, Order, Result, SearchPage, SearchRequest
from lumenstock.search.ports import MAX_DEPTH, Hit, IndexAnswer, IndexQuery, QueryVector, SearchIndex

logger = logging.getLogger(__name__)


class SearchService:
    """Answers questions from one index and one model."""

    def __init__(self, index: SearchIndex, embedder: Callable[[], Embedder]) -> None:
        """``embedder`` is called when the first words have to be encoded: loading a model takes time."""
        self._index = index
        self._embedder = embedder

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
        wants_vector = bool(request.text) and request.mode is not Mode.KEYWORD
        encoded = self._encode(request.text) if wants_vector else None
        degraded = wants_vector and encoded is None
        by_meaning_alone = request.mode is Mode.SEMANTIC and encoded is not None
        query = IndexQuery(
            text="" if by_meaning_alone else request.text,
            vector=encoded.vector if encoded else None,
            filters=request.filters,
        )
        answer = self._index.query(query)
        window = _ranked(query, answer, encoded.weight if encoded else 0.0)
        finds = self._page(query, answer, window, request)
        documents = self._index.get([find.id for find in finds])
        shown = tuple(Result(documents[find.id], find.score) for find in finds if find.id in documents)
        consumed = request.offset + len(finds)
        ended = not finds or consumed >= min(answer.total, MAX_DEPTH)
        return SearchPage(
            results=shown,
            total=answer.total,
            relation=answer.relation,
            facets=answer.facets,
            next=None if ended else NextPage(consumed, _order(query, beyond=consumed >= len(window))),
            degraded=degraded,
        )

    def similar(self, image_id: ImageId, limit: int) -> tuple[Result, ...]:
        """The ``limit`` pictures that look most like ``image_id``, itself left out, with their cosines.

        Raises:
            NotFoundError: The index holds no such image.
            SearchUnavailableError: The index does not answer.
        """
        hits = self._index.similar(image_id, limit)
        documents = self._index.get([hit.id for hit in hits])
        return tuple(Result(documents[hit.id], hit.score) for hit in hits if hit.id in documents)

    def _encode(self, text: str) -> _Encoded | None:
        """The words as a vector; None when the model fails, whatever the reason: half an answer is better."""
        try:
            embedder = self._embedder()
            (values,) = embedder.encode_texts([text])
        except Exception:
            logger.exception("The query could not be encoded; keywords alone answer it.")
            return None
        return _Encoded(QueryVector(embedder.manifest.id, values), embedder.manifest.visual_weight)

    def _page(
        self, query: IndexQuery, answer: IndexAnswer, window: Sequence[_Find], request: SearchRequest
    ) -> list[_Find]:
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
            page += [_Find(hit.id, None if answer.vector else _score(query, hit)) for hit in tail]
        return page


@dataclass(frozen=True, slots=True)
class _Encoded:
    vector: QueryVector
    weight: float


@dataclass(frozen=True, slots=True)
class _Find:
    id: ImageId
    score: float | None


def _ranked(query: IndexQuery, answer: IndexAnswer, visual_weight: float) -> list[_Find]:
    """The window: both legs fused, or the one that there is."""
    if query.text and query.vector:
        keyword = Leg([hit.id for hit in answer.keyword])
        vector = Leg([hit.id for hit in answer.vector], visual_weight)
        return [_Find(fused.id, fused.score) for fused in fuse([keyword, vector])]
    return [_Find(hit.id, _score(query, hit)) for hit in answer.vector or answer.keyword]


def _score(query: IndexQuery, hit: Hit) -> float | None:
    return hit.score if query.text or query.vector else None


def _order(query: IndexQuery, *, beyond: bool) -> Order:
    if query.text:
        return Order.KEYWORD if beyond or not query.vector else Order.FUSED
    return Order.VECTOR if query.vector else Order.NEWEST
