"""From an answer of the index to one list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lumenstock.kernel.ids import ImageId
from lumenstock.search.boost import Boost
from lumenstock.search.hybrid import Leg, fuse
from lumenstock.search.legs import Answered
from lumenstock.search.model import Order
from lumenstock.search.ports import Hit, IndexQuery, Sort


@dataclass(frozen=True, slots=True)
class Find:
    """A place in the list; ``score`` is None where the order is not by a score."""

    id: ImageId
    score: float | None


def ranked(answered: Answered, visual_weight: float, boost: Boost, now: datetime) -> list[Find]:
    """The window: both legs fused, or the one that there is, as it is."""
    query, answer = answered.query, answered.answer
    if query.worded and query.vector:
        keyword = Leg([hit.id for hit in answer.keyword])
        vector = Leg([hit.id for hit in answer.vector], visual_weight)
        boosts = {image_id: boost.factor(signals, now) for image_id, signals in answer.signals.items()}
        return [Find(fused.id, fused.score) for fused in fuse([keyword, vector], boosts)]
    return [Find(hit.id, score_of(query, hit)) for hit in answer.vector or answer.keyword]


def score_of(query: IndexQuery, hit: Hit) -> float | None:
    """The score of a hit of a single leg, where it is one."""
    by_score = query.vector or (query.worded and query.sort is Sort.RELEVANCE)
    return hit.score if by_score else None


def order_of(query: IndexQuery, *, beyond: bool) -> Order:
    """By what a page of ``query`` is ordered, within the window or ``beyond`` it."""
    if query.vector is None and (query.sort is not Sort.RELEVANCE or not query.worded):
        return Order.POPULAR if query.sort is Sort.POPULAR else Order.NEWEST
    if query.worded:
        return Order.KEYWORD if beyond or not query.vector else Order.FUSED
    return Order.VECTOR
