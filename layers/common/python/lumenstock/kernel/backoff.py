"""How long something that failed rests before it is tried again."""

from __future__ import annotations

from collections.abc import Sequence


def rest_s(delays_s: Sequence[int], failures: int, jitter: float) -> int:
    """Seconds to rest after failure number ``failures`` (from 1).

    ``delays_s`` are the rests after the first, second, … failure; the last one repeats. ``jitter`` in [0, 1)
    makes it 0.5 to 1.5 times, so that what failed together does not come back together.
    """
    return round(delays_s[min(failures, len(delays_s)) - 1] * (0.5 + jitter))
