"""What business adds to relevance: a little more score for premium, trending and fresh pictures.

The factor multiplies the fused score. One rank near the top is worth 1.6 % of it, so the shipped weights lift
a picture by a few ranks and never over one that both legs put far above it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lumenstock.search.ports import Signals

_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Boost:
    """Shares that are added to the score.

    Attributes:
        premium: Of a premium picture.
        trending: Of one that trends as much as can be.
        fresh: Of one that came today; half of it after ``fresh_days``, a quarter after twice that.
        fresh_days: Half-life of freshness; over 0.
    """

    premium: float = 0.05
    trending: float = 0.05
    fresh: float = 0.03
    fresh_days: float = 30.0

    def factor(self, signals: Signals, now: datetime) -> float:
        """What the score of a picture is multiplied by; at least 1.

        Age is counted in whole days, so that the pages of one answer agree until midnight UTC.
        """
        age_days = max(0, int(now.timestamp()) // _DAY_S - signals.created_at_s // _DAY_S)
        fresh: float = 0.5 ** (age_days / self.fresh_days)
        return 1 + self.premium * signals.premium + self.trending * signals.trending + self.fresh * fresh
