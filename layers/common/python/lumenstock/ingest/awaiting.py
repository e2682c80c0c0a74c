"""Waiting for news of an image, for a client that would otherwise ask again and again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from lumenstock.catalog.store import CatalogStore
from lumenstock.kernel.clock import Clock
from lumenstock.kernel.ids import ImageId

# The gateway waits 30 s; this leaves room for a cold start and for the answer.
MAX_WAIT_S = 20
# The first steps of an upload take a second or two, the later ones longer: 22 reads in 20 s.
_FIRST_PAUSE_S = 0.25
_LONGEST_PAUSE_S = 1.0


def await_change(
    catalog: CatalogStore,
    image_id: ImageId,
    version: int,
    wait_s: float,
    *,
    clock: Clock,
    sleep: Callable[[float], None],
) -> bool:
    """Wait until the row of an image has another version than ``version``, at most ``wait_s``.

    Returns:
        Whether it has.

    Raises:
        NotFoundError: No such image.
    """
    until = clock.now() + timedelta(seconds=wait_s)
    pause_s = _FIRST_PAUSE_S
    while (left_s := (until - clock.now()).total_seconds()) > 0:
        sleep(min(pause_s, left_s))
        if catalog.version_of(image_id) != version:
            return True
        pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
    return False
