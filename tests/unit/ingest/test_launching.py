from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.ingest.launching import PER_JOB, Load, Queue, launch, missing


class Submitted:
    """Jobs that never end."""

    def __init__(self, **unended: int) -> None:
        self.jobs: Counter[str] = Counter(unended)

    def unended(self) -> Mapping[str, int]:
        return self.jobs

    def submit(self, source: str) -> str:
        self.jobs[source] += 1
        return f"{source}-{self.jobs[source]}"


@pytest.mark.parametrize(
    ("load", "live", "bulk"),
    [
        (Load(0, 0, 0), 0, 0),
        (Load(2_000, 300, 0), 0, 0),
        (Load(2_001, 0, 0), 1, 0),
        (Load(1, 301, 0), 1, 0),
        (Load(0, 0, 1), 0, 1),
        (Load(PER_JOB + 1, 0, 2 * PER_JOB + 1), 2, 3),
    ],
)
def test_a_gpu_is_started_for_what_the_function_cannot_do(load: Load, live: int, bulk: int) -> None:
    assert missing(load, {}, jobs_max=10) == {Queue.LIVE: live, Queue.BULK: bulk}


def test_new_pictures_come_before_a_backfill_where_not_all_fit() -> None:
    assert missing(Load(3 * PER_JOB, 0, 3 * PER_JOB), {}, jobs_max=4) == {Queue.LIVE: 3, Queue.BULK: 1}


def test_a_second_look_a_moment_later_starts_nothing_more() -> None:
    jobs, load = Submitted(), Load(2 * PER_JOB, 0, 5)
    assert launch(load, jobs, 10) == ["live-1", "live-2", "bulk-1"]
    assert launch(load, jobs, 10) == []


@given(
    load=st.builds(Load, st.integers(0, 10**7), st.floats(0, 10**6), st.integers(0, 10**7)),
    live=st.integers(0, 20),
    bulk=st.integers(0, 20),
    jobs_max=st.integers(1, 20),
)
def test_there_are_never_more_than_may_be_and_a_queue_with_work_is_never_left_without_one(
    load: Load, live: int, bulk: int, jobs_max: int
) -> None:
    jobs = Submitted(live=live, bulk=bulk)
    launch(load, jobs, jobs_max)
    assert jobs.jobs.total() <= max(jobs_max, live + bulk)
    if load.bulk and not (live + bulk >= jobs_max):
        assert jobs.jobs.total() >= 1
