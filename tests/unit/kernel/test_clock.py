from __future__ import annotations

from datetime import UTC, datetime, timedelta

from lumenstock.kernel.clock import SystemClock


def test_the_clock_tells_the_time_in_whole_milliseconds() -> None:
    for _ in range(20):
        before = datetime.now(UTC)
        now = SystemClock().now()
        assert now.microsecond % 1000 == 0
        assert before - timedelta(milliseconds=1) < now <= datetime.now(UTC)
