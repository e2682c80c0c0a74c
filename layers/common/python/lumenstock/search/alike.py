"""The order of what looks like a picture: first what *is* that picture, then the rest by its vector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lumenstock.imaging.miniature import LEVELS, Miniature, resemblance
from lumenstock.search.document import Document
from lumenstock.search.model import Result
from lumenstock.search.question import QueryVector

# What fits no better is another picture; of a kind, vectors differ by less than what a tenth more is worth.
_FITTING, _WEIGHT = 0.8, 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Appearance:
    """What a picture from anywhere looks like."""

    vector: QueryVector
    miniature: Miniature


def miniature_of(document: Document) -> Miniature | None:
    """What ``document`` looks like; None of one that was embedded before that was kept, or has no size."""
    if len(document.miniature) != LEVELS or document.width_px < 1 or document.height_px < 1:
        return None
    return Miniature(document.miniature, document.width_px / document.height_px)


def most_alike_first(asked: Miniature | None, finds: Sequence[Result]) -> tuple[Result, ...]:
    """``finds``, scored by their cosines, with the copies and crops of ``asked`` before all others.

    A copy's score is raised by up to 0.6, so that the order still goes by the score.
    """
    looks = {find.document.id: look for find in finds if (look := miniature_of(find.document))}
    if asked is None or not looks:
        return tuple(finds)
    fits = dict(zip(looks, resemblance(asked, list(looks.values())).tolist(), strict=True))
    raised = [_raised(find, fits.get(find.document.id, 0.0)) for find in finds]
    return tuple(sorted(raised, key=lambda find: -(find.score or 0.0)))


def _raised(find: Result, fit: float) -> Result:
    return replace(find, score=(find.score or 0.0) + _WEIGHT * max(0.0, fit - _FITTING))
