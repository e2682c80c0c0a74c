"""What the one search for a question says of a hit: see :mod:`lumenstock.adapters.opensearch.answering`."""

from __future__ import annotations

from dataclasses import dataclass
from math import frexp, inf
from typing import Final, Self

from lumenstock.adapters.opensearch.legs import BY_SCORE, Response, cosine, keyword_score, order_of
from lumenstock.kernel.ids import ImageId
from lumenstock.search.ports import IndexQuery, Signals

WORDED: Final = "worded"
"""Name under which a vector hit says that it holds the words, and what they score."""

PASSES: Final = "passes"
"""Name under which a vector hit says that it passes the filters of the question."""

SIGNALS: Final = ("created_at_s", "premium", "trending")

_TOP: Final = 40
_APART: Final = 2
_LOWEST: Final = 2.0**20


def band(part: int) -> float:
    """The lowest score in the vector leg of a part; the highest is twice that."""
    return 2.0 ** (_TOP - _APART * part)


@dataclass(frozen=True, slots=True)
class Find:
    """One hit.

    Attributes:
        part: In whose vector leg it is; None where only words find it.
        cosine: With the question's vector, if it is in such a leg.
        worded: Whether it holds the words.
        passes: Whether it passes the filters of the question.
        place: In the keyword leg: what that is ordered by, smallest first.
        score: In the keyword leg.
        fields: Values that were asked for.
    """

    id: ImageId
    part: int | None
    cosine: float
    worded: bool
    passes: bool
    place: tuple[float, ...]
    score: float
    fields: Response

    @classmethod
    def of(cls, query: IndexQuery, hit: Response) -> Self:
        """Read a hit."""
        total, *values, image_id = hit["sort"]
        said, fields = hit.get("matched_queries", {}), hit["fields"]
        part, near = _near(total)
        if order_of(query) is BY_SCORE:
            values = [total if part is None else said.get(WORDED, 0)]
        return cls(
            id=ImageId(image_id),
            part=part,
            cosine=near,
            worded=part is None or WORDED in said,
            passes=part == 0 or PASSES in said or (part is None and total > 0),
            place=tuple(inf if value is None else -value for value in values),
            score=keyword_score(query, values[0]),
            fields=fields,
        )

    @property
    def own(self) -> bool:
        """Whether it is in the keyword leg of the question."""
        return self.worded and self.passes

    def signals(self) -> Signals:
        """What the order of business goes by."""
        return Signals(
            created_at_s=self.fields["created_at_s"][0],
            premium=self.fields.get("premium", [False])[0],
            trending=self.fields.get("trending", [0.0])[0],
        )


def by_words(find: Find) -> tuple[object, ...]:
    """Where a find stands in the keyword leg."""
    return (find.place, find.id)


def by_vector(find: Find) -> tuple[float, ImageId]:
    """Where a find stands in a vector leg."""
    return (-find.cosine, find.id)


def _near(score: float) -> tuple[int | None, float]:
    """In whose vector leg a hit of this score is, and its cosine."""
    if score < _LOWEST:
        return None, 0.0
    # The engine's score may lie beside [0, 1] by a last digit, so the ranges are cut between them.
    part = -((frexp(1.5 * score)[1] - 1 - _TOP) // _APART)
    return part, cosine(score / band(part) - 1)
