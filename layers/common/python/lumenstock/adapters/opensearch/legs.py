"""The two legs of a question as searches, and what they found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from lumenstock.adapters.opensearch.mapping import Body
from lumenstock.adapters.opensearch.queries import EVERYTHING, TIE_SLACK, keyword_query, vector_query
from lumenstock.kernel.ids import ImageId
from lumenstock.search.ports import Hit, IndexQuery, QueryVector, Sort

Response = dict[str, Any]

_DECIMALS: Final = 6  # of a cosine out of float32
_BY_ID: Final[Body] = {"id": "asc"}
BY_SCORE: Final[list[Body]] = [{"_score": "desc"}, _BY_ID]
_BY_TIME: Final[list[Body]] = [{"created_at_s": "desc"}, _BY_ID]
_BY_POPULARITY: Final[list[Body]] = [{"popularity": {"order": "desc", "missing": "_last"}}, *_BY_TIME]


def keyword_search(query: IndexQuery, excluding: Sequence[ImageId], offset: int, limit: int) -> Body:
    """The keyword leg without ``excluding``, from ``offset`` on."""
    return {
        "query": keyword_query(query, excluding),
        "sort": order_of(query),
        "from": offset,
        "size": limit,
        "_source": False,
        "track_total_hits": False,
    }


def keyword_hits(query: IndexQuery, response: Response) -> tuple[Hit, ...]:
    """What :func:`keyword_search` found."""
    return tuple(
        Hit(ImageId(found["_id"]), keyword_score(query, found["sort"][0]))
        for found in response["hits"]["hits"]
    )


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


def vector_search(query: IndexQuery, vector: QueryVector) -> Body:
    """The vector leg, and some more."""
    count = query.window + TIE_SLACK
    return {
        "query": vector_query(query, vector, count),
        "sort": BY_SCORE,
        "size": count,
        "_source": False,
        "track_total_hits": False,
    }


def nearest(response: Response, limit: int) -> list[Hit]:
    """The first ``limit`` of what :func:`vector_search` found."""
    hits = [Hit(ImageId(found["_id"]), cosine(found["sort"][0])) for found in response["hits"]["hits"]]
    return sorted(hits, key=lambda hit: (-hit.score, hit.id))[:limit]


def cosine(score: float) -> float:
    """What the engine scores as ``(1 + cosine) / 2``."""
    return round(2 * score - 1, _DECIMALS)


def order_of(query: IndexQuery) -> list[Body]:
    """By what the keyword leg is sorted."""
    if query.sort is Sort.POPULAR:
        return _BY_POPULARITY
    return _BY_TIME if query.sort is Sort.NEWEST or not query.worded else BY_SCORE


def keyword_score(query: IndexQuery, value: float | None) -> float:
    """The score of a hit of the keyword leg, by the first value that it is sorted by."""
    # Where the popularity is not known, the engine says null or the least number it has.
    return float(max(0, value or 0)) if query.sort is Sort.POPULAR else float(value or 0)
