"""What the job says of itself: images a second, how idle the GPU is, how old the queue's messages are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

from lumenstock.ingest.embed_batch import Outcome

REPORT_EVERY_S = 60


@dataclass(slots=True)
class Tally:
    """Counts since a moment.

    Attributes:
        done: Images that are finished; ``failed`` those that must come again.
        embedded: Pictures that the model was given.
        busy_s: Time in which the model worked.
        idle_s: Time in which it waited for a batch, between its first and its last.
        oldest_s: Age of the oldest message that was taken.
    """

    done: int = 0
    failed: int = 0
    embedded: int = 0
    busy_s: float = 0
    idle_s: float = 0
    oldest_s: float = 0

    @property
    def idle_share(self) -> float:
        """In [0, 1]."""
        all_s = self.busy_s + self.idle_s
        return self.idle_s / all_s if all_s else 0.0


class Meter:
    """Counts from several threads."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        """``now_s`` is a clock that never goes back, in seconds."""
        self._now_s = now_s
        self._lock = Lock()
        self._reported_s = now_s()
        self._worked_s: float | None = None
        self._lately = Tally()
        self.total = Tally()

    @contextmanager
    def model_at_work(self, pictures: int) -> Iterator[None]:
        """Time one batch of the model."""
        began_s = self._now_s()
        yield
        ended_s = self._now_s()
        idle_s = 0.0 if self._worked_s is None else began_s - self._worked_s
        self._worked_s = ended_s
        with self._lock:
            for tally in (self._lately, self.total):
                tally.embedded += pictures
                tally.busy_s += ended_s - began_s
                tally.idle_s += idle_s

    def ended(self, outcomes: Sequence[Outcome]) -> None:
        """Count what became of a batch."""
        done = sum(outcome is Outcome.DONE for outcome in outcomes)
        with self._lock:
            for tally in (self._lately, self.total):
                tally.done += done
                tally.failed += len(outcomes) - done

    def waited(self, age_s: float) -> None:
        """Note the age of a message."""
        with self._lock:
            for tally in (self._lately, self.total):
                tally.oldest_s = max(tally.oldest_s, age_s)

    def report(self, *, at_once: bool = False) -> None:
        """Write metrics, if a minute is over or ``at_once``: CloudWatch reads them in the log."""
        with self._lock:
            now_s = self._now_s()
            passed_s = now_s - self._reported_s
            if passed_s < REPORT_EVERY_S and not at_once:
                return
            lately, self._lately, self._reported_s = self._lately, Tally(), now_s
        metrics = Metrics(namespace="Lumenstock", service="embed-job")
        metrics.add_metric("ImagesEmbedded", MetricUnit.Count, lately.done)
        metrics.add_metric("ImagesFailed", MetricUnit.Count, lately.failed)
        metrics.add_metric(
            "ImageRate", MetricUnit.CountPerSecond, lately.done / passed_s if passed_s else 0.0
        )
        metrics.add_metric("GpuIdle", MetricUnit.Percent, 100 * lately.idle_share)
        metrics.add_metric("QueueAge", MetricUnit.Seconds, lately.oldest_s)
        metrics.flush_metrics()
