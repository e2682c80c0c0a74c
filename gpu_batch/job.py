"""The job for load and backfill: embeds what a queue or a list holds, and ends.

AWS Batch starts it as :data:`functions.gpu.EMBED_JOB` says; so does ``localcloud/jobs``. ``SOURCE`` is
``live`` or ``bulk``, the queues, or the key of a list (:mod:`lumenstock.ingest.embed_manifest`), of which a
child of an array job takes its own slice. ``--model`` makes vectors of another model than the one that
answers, and changes nothing else of an image. On SIGTERM the job finishes the batch in hand, gives the rest
back and ends.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import time
from collections.abc import Sequence
from threading import Event, Thread
from types import FrameType
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers

from gpu_batch.in_hand import InHand
from gpu_batch.manifest_source import ManifestSource
from gpu_batch.meter import Meter
from gpu_batch.pipeline import Pipeline
from gpu_batch.queue_source import QueueSource
from gpu_batch.tasks import Source, Steps
from lumenstock import bootstrap, use_cases
from lumenstock.adapters.aws.queues import SqsQueue
from lumenstock.ingest.embed_manifest import read_ids, report_key, slice_key, write_ids
from lumenstock.settings import settings

STOP_WITHIN_S = 20.0  # Batch kills 30 s after SIGTERM; ending takes a moment, too
SERVING = "serving"
UNFINISHED = 75  # "temporary failure": run it again
_ROUNDS = 3  # a list has no queue behind it that would bring back what failed

logger = Logger(service="embed-job")


class Job:
    """One run of the job.

    Attributes:
        late: Whether it was told to stop and its threads did not end in time.
    """

    def __init__(self, steps: Steps[Any, Any], stop: Event) -> None:
        """Do ``steps`` until there is nothing left or ``stop`` is set."""
        self._steps = steps
        self._stop = stop
        self.late = False
        self.meter = Meter(time.monotonic)

    def drain(self, queue: SqsQueue, idle_s: float = 0) -> None:
        """Embed until ``queue`` was empty for ``idle_s``."""
        in_hand, over = InHand(queue), Event()
        source = QueueSource(
            queue,
            in_hand,
            self.meter,
            self._stop,
            delays_s=settings().embed_retry_delays_s,
            idle_s=idle_s,
            now_s=time.time,
        )
        heart = Thread(target=in_hand.beat, args=(over,), name="heart", daemon=True)
        heart.start()
        try:
            self._run(source)
        finally:
            over.set()
            heart.join()

    def work_through(self, key: str) -> bool:
        """Embed what the list at ``key`` names, and report what failed; False if something is left."""
        files = bootstrap.originals()
        ids = read_ids(files, key)
        for _ in range(_ROUNDS):
            source = ManifestSource(bootstrap.catalog(), ids, self._stop)
            self._run(source)
            if self._stop.is_set():
                return False
            ids = source.failed
            if not ids:
                break
        write_ids(files, report_key(key), ids)
        if ids:
            logger.error("embed_list_failed", images=len(ids), report=report_key(key))
        return True

    def _run(self, source: Source) -> None:
        self.late = not Pipeline(self._steps, source, self.meter, self._stop).run(STOP_WITHIN_S)


def main(arguments: Sequence[str] = ()) -> int:
    """Run the job; returns the exit status.

    A job that had to leave a list unfinished ends with 75: what it did is done, and is not done again.
    """
    wanted = _parser().parse_args(arguments)
    copy_config_to_registered_loggers(logger, include={"lumenstock", "gpu_batch"})
    stop = Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    steps = use_cases.embed_batch() if wanted.model == SERVING else use_cases.revector(wanted.model)
    job = Job(steps, stop)
    queues = {"live": bootstrap.embed_live_queue, "bulk": bootstrap.embed_bulk_queue}
    if wanted.source in queues:
        job.drain(queues[wanted.source](), wanted.idle_s)
        finished = True
    else:
        key = slice_key(wanted.source, settings().aws_batch_job_array_index)
        finished = job.work_through(key)
    job.meter.report(at_once=True)
    total = job.meter.total
    logger.info(
        "embed_job_ended", done=total.done, failed=total.failed, embedded=total.embedded, late=job.late
    )
    status = 0 if finished else UNFINISHED
    if job.late:
        _leave(status)
    return status


def _leave(status: int) -> None:
    """End now, whatever threads still do: their messages are seen again when nobody holds them."""
    logging.shutdown()
    sys.stdout.flush()
    os._exit(status)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gpu_batch.job", description=__doc__)
    parser.add_argument("source", nargs="?", default="live", help="live, bulk, or the key of a list")
    parser.add_argument("--idle-s", type=float, default=0, help="wait so long for more before ending")
    parser.add_argument("--model", default=SERVING, help="name@version of one whose vectors alone are made")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
