"""The two legs of a question as searches, and what they found."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from lumenstock.adapters.opensearch.mapping import Body
from lumenstock.adapters.opensearch.queries import EVERYTHING, TIE_SLACK, keyword_query, vector_query
from lumenstock.kernel.ids import ImageId
from lumenstock.search.ports import Hit, IndexQuery, QueryVector, Signals, Sort

Response = dict[str, Any]

_DECIMALS: Final = 6  # of a cosine out of float32
_BY_ID: Final[Body] = {"id": "asc"}
_BY_SCORE: Final[list[Body]] = [{"_score": "desc"}, _BY_ID]
_BY_TIME: Final[list[Body]] = [{"created_at_s": "desc"}, _BY_ID]
_BY_POPULARITY: Final[list[Body]] = [{"popularity": {"order": "desc", "missing": "_last"}}, *_BY_TIME]
_SIGNALS: Final = ["created_at_s", "premium", "trending"]


def keyword_search(query: IndexQuery, excluding: Sequence[ImageId], offset: int, limit: int) -> Body:
    """The keyword leg without ``excluding``, from ``offset`` on."""
    return {
        "query": keyword_query(query, excluding),
        "sort": _order(query),
        "from": offset,
        "size": limit,
        "_source": False,
        "docvalue_fields": _SIGNALS,
        "track_total_hits": False,
    }


def keyword_hits(query: IndexQuery, response: Response) -> tuple[Hit, ...]:
    """What :func:`keyword_search` found: the first value of the sort is the score."""
    scored = [(ImageId(found["_id"]), found["sort"][0]) for found in response["hits"]["hits"]]
    if query.sort is Sort.POPULAR:  # where it is not known, the engine says null or the least number it has
        scored = [(image_id, max(0, value or 0)) for image_id, value in scored]
    return tuple(Hit(image_id, float(value)) for image_id, value in scored)


def ids_search(after: ImageId | None, limit: int) -> Body:
    """The ids of documents in rising order, from the one behind ``after`` on."""
    search: Body = {
        "query": EVERYTHING,
        "sort": [_BY_ID],
        "size": limit,
        "_source": False,
        "track_total_hits": False,
    }
    return search if after is None else search | {"search_after": [after]}


def vector_search(query: IndexQuery, vector: QueryVector, fields: Sequence[str] = ()) -> Body:
    """The vector leg, with the values of ``fields``."""
    return {
        "query": vector_query(query, vector),
        "sort": _BY_SCORE,
        "size": query.window + TIE_SLACK,
        "_source": False,
        "docvalue_fields": [*_SIGNALS, *fields],
        "track_total_hits": False,
    }


def nearest(response: Response, limit: int) -> list[tuple[Hit, Response]]:
    """The first ``limit`` of what :func:`vector_search` found, scored by cosine, each as it was found.

    OpenSearch scores ``(1 + cosine) / 2``.
    """
    hits = [
        (Hit(ImageId(found["_id"]), round(2 * found["sort"][0] - 1, _DECIMALS)), found)
        for found in response["hits"]["hits"]
    ]
    return sorted(hits, key=lambda pair: (-pair[0].score, pair[0].id))[:limit]


def signals_of(found: Response, among: Collection[ImageId]) -> Iterator[tuple[ImageId, Signals]]:
    """Id and signals of ``found`` if it is ``among`` those that are shown."""
    image_id, values = ImageId(found["_id"]), found.get("fields", {})
    if image_id in among:
        yield (
            image_id,
            Signals(
                created_at_s=values["created_at_s"][0],
                premium=values.get("premium", [False])[0],
                trending=values.get("trending", [0.0])[0],
            ),
        )


def _order(query: IndexQuery) -> list[Body]:
    if query.sort is Sort.POPULAR:
        return _BY_POPULARITY
    return _BY_TIME if query.sort is Sort.NEWEST or not query.worded else _BY_SCORE
