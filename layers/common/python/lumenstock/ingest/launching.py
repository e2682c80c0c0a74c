"""When a GPU is worth starting, and how many: one takes minutes to come, and costs while it is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Protocol

LIVE_WAITING_MAX = 2_000  # more than the function embeds in ten minutes, ten calls at a time
LIVE_AGE_MAX_S = 300
PER_JOB = 20_000  # two minutes of work for one L4


class Queue(StrEnum):
    """What a job drains; also what it is called."""

    LIVE = "live"
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class Load:
    """What waits.

    Attributes:
        live: Messages of new pictures; ``bulk`` those of backfills.
        live_age_s: Age of the oldest of the new ones.
    """

    live: int
    live_age_s: float
    bulk: int


class Jobs(Protocol):
    """The queue of GPU jobs."""

    def unended(self) -> Mapping[str, int]:
        """How many jobs have not ended, by what they drain."""
        ...

    def submit(self, source: str) -> str:
        """Have a job drain ``source``; returns its id."""
        ...


def missing(load: Load, unended: Mapping[str, int], jobs_max: int) -> dict[Queue, int]:
    """How many jobs to start for each queue. New pictures come first: people wait for them.

    Args:
        load: What waits.
        unended: How many jobs there are, by what they drain.
        jobs_max: How many there may be in all.
    """
    helped = load.live > LIVE_WAITING_MAX or load.live_age_s > LIVE_AGE_MAX_S
    wanted = {
        Queue.LIVE: max(1, ceil(load.live / PER_JOB)) if helped else 0,
        Queue.BULK: ceil(load.bulk / PER_JOB),
    }
    left = max(0, jobs_max - sum(unended.values()))
    starts: dict[Queue, int] = {}
    for queue, count in wanted.items():
        starts[queue] = min(left, max(0, count - unended.get(queue, 0)))
        left -= starts[queue]
    return starts


def launch(load: Load, jobs: Jobs, jobs_max: int) -> list[str]:
    """Start what is missing; the ids. Two at once may start too many, which end when the queue is empty."""
    starts = missing(load, jobs.unended(), jobs_max)
    return [jobs.submit(queue) for queue, count in starts.items() for _ in range(count)]
