"""Reads, embeds and writes at the same time, a few batches apart, so that the GPU never waits.

    readers ──► queue of 2 ──► the model ──► queue of 2 ──► writers

A stop is kind: no batch is taken any more, what is read but not embedded goes back, what is embedded is
written. So of what was computed nothing is computed again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Queue
from threading import Event, Lock, Thread
from typing import Generic

from aws_lambda_powertools import Logger

from gpu_batch.meter import Meter
from gpu_batch.tasks import EncodedT, ReadT, Source, Steps, Task
from lumenstock.ingest.embed_batch import Outcome
from lumenstock.kernel.errors import ConfigurationError

FAULTS_MAX = 5  # whole batches that fail in a row: then it is not the batches
_LOOK_S = 0.2

logger = Logger(child=True)


@dataclass(frozen=True, slots=True)
class Width:
    """Threads. A derivative comes from S3 in about 25 ms and is decoded in 3.5; DynamoDB answers in 5 to 15.

    Attributes:
        readers: Batches that are read at a time.
        files: Files that are fetched and decoded at a time.
        writers: Batches that are written at a time.
        waiting: Batches that may wait before the model, and as many behind it.
    """

    readers: int = 2
    files: int = 16
    writers: int = 4
    waiting: int = 2


class Pipeline(Generic[ReadT, EncodedT]):
    """Works through one source."""

    def __init__(
        self,
        steps: Steps[ReadT, EncodedT],
        source: Source,
        meter: Meter,
        stop: Event,
        width: Width | None = None,
    ) -> None:
        """Run ``steps`` on what ``source`` has, until it has no more or ``stop`` is set."""
        self._steps = steps
        self._source = source
        self._meter = meter
        self._stop = stop
        self._width = width or Width()
        self._read: Queue[tuple[Sequence[Task], ReadT] | None] = Queue(self._width.waiting)
        self._encoded: Queue[tuple[Sequence[Task], EncodedT] | None] = Queue(self._width.waiting)
        self._files = ThreadPoolExecutor(self._width.files, thread_name_prefix="file")
        self._lock = Lock()
        self._reading = self._width.readers
        self._faults = 0
        self._fatal: Exception | None = None

    def run(self, stop_within_s: float) -> bool:
        """Work until all is done, or until ``stop`` and ``stop_within_s`` more seconds.

        Returns:
            Whether everything came to its end; if not, threads still work, and must die with the process.

        Raises:
            Exception: What made it impossible to go on, such as a missing model.
        """
        work = (
            *(self._reader for _ in range(self._width.readers)),
            self._model,
            *(self._writer for _ in range(self._width.writers)),
        )
        threads = [Thread(target=one, name=one.__name__, daemon=True) for one in work]
        for thread in threads:
            thread.start()
        ended = self._wait(threads, stop_within_s)
        self._files.shutdown(wait=ended, cancel_futures=True)
        if self._fatal:
            raise self._fatal
        return ended

    def _wait(self, threads: Sequence[Thread], stop_within_s: float) -> bool:
        """Wait in short steps: a signal is noticed by this thread only, and only in between."""
        left_s = stop_within_s
        for thread in threads:
            while thread.is_alive():
                thread.join(_LOOK_S)
                self._meter.report()
                left_s -= _LOOK_S if self._stop.is_set() else 0
                if left_s <= 0:
                    return False
        return True

    def _reader(self) -> None:
        while tasks := self._taken():
            if self._stop.is_set():
                self._give_back(tasks)
                break
            with self._tolerating("embed_batch_unread", tasks):
                self._read.put((tasks, self._steps.read([task.request for task in tasks], self._files.map)))
        with self._lock:
            self._reading -= 1
            last = not self._reading
        if last:
            self._read.put(None)

    def _taken(self) -> Sequence[Task]:
        while True:
            with self._tolerating("embed_source_failed"):
                return self._source.take()
            self._stop.wait(1)

    def _model(self) -> None:
        while batch := self._read.get():
            tasks, read = batch
            if self._stop.is_set():
                self._give_back(tasks)
                continue
            with self._tolerating("embed_batch_unembedded", tasks):
                with self._meter.model_at_work(len(read.pictures)):
                    encoded = self._steps.encode(read)
                self._encoded.put((tasks, encoded))
        for _ in range(self._width.writers):
            self._encoded.put(None)

    def _writer(self) -> None:
        while batch := self._encoded.get():
            tasks, encoded = batch
            with self._tolerating("embed_batch_unwritten", tasks):
                self._finish(tasks, self._steps.write(encoded))
                self._faults = 0

    @contextmanager
    def _tolerating(self, event: str, tasks: Sequence[Task] = ()) -> Iterator[None]:
        """Let a whole batch come again that failed. What no repeat can cure ends the job."""
        try:
            yield
        except Exception as error:
            logger.exception(event, images=len(tasks))
            with self._lock:
                self._faults += 1
                if isinstance(error, ConfigurationError) or self._faults >= FAULTS_MAX:
                    self._fatal = self._fatal or error
                    self._stop.set()
            self._finish(tasks, [Outcome.RETRY] * len(tasks))

    def _finish(self, tasks: Sequence[Task], outcomes: Sequence[Outcome]) -> None:
        self._meter.ended(outcomes)
        self._source.finish(tasks, outcomes)

    def _give_back(self, tasks: Sequence[Task]) -> None:
        try:
            self._source.give_back(tasks)
        except Exception:  # they come by themselves, a little later
            logger.exception("embed_not_given_back", images=len(tasks))
