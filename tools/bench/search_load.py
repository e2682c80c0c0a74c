"""The most searches a second that this machine holds at a p99 below 200 ms, and what 167 a second need.

Requests fall due at even steps, whether or not earlier ones are answered, and each is timed from when it was
due: so waiting counts. Of rates that rise by a fifth, the last whose slowest hundredth stays below 200 ms is
held. The embedded index is asked by as many processes as there are cores; OpenSearch by twice as many, on the
same cores as itself. Encoding the words is left out, as in the other benchmarks of search.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing.pool import Pool
from multiprocessing.synchronize import Barrier
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from opensearchpy import OpenSearch

from lumenstock.adapters.embedded.index import EmbeddedIndex
from lumenstock.adapters.opensearch.connection import connect
from lumenstock.search.ports import IndexQuery, QueryVector, SearchIndex
from tools.bench import report
from tools.bench.search import DOCUMENTS, Catalogue, keep_for_life
from tools.bench.search_opensearch import filled, opened
from tools.maven import NotAvailableError

WANTED_PER_S, LIMIT_MS = 167, 200
FIRST_PER_S, STEP, STEP_S, MOST_STEPS, MISSES = 10.0, 1.2, 5.0, 22, 2
QUESTIONS = 500

Open = Callable[[], SearchIndex]


@dataclass(frozen=True, slots=True)
class Rate:
    """What one rate showed."""

    per_s: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float  # of all that take part, a search


class Asker:
    """One process that asks; its questions are the same in each."""

    def __init__(self, open_index: Open) -> None:
        """Open the index and warm up."""
        catalogue = Catalogue(seed=8)
        vectors = catalogue.vectors(QUESTIONS)
        self._index = open_index()
        self._questions = [
            IndexQuery(
                text=catalogue.text(1 + at % 4),
                vector=QueryVector("bench@1", vectors[at]),
                filters=catalogue.filters(at),
            )
            for at in range(QUESTIONS)
        ]
        for at in range(30):
            self.ask(at)
        keep_for_life()

    def ask(self, number: int) -> None:
        """One question, and the documents of its first page."""
        answer = self._index.query(self._questions[number % QUESTIONS])
        self._index.get([hit.id for hit in answer.vector[:20]])


asker: Asker


def _open(open_index: Open, ready: Barrier) -> None:
    global asker  # noqa: PLW0603 - one a process
    asker = Asker(open_index)
    ready.wait()


def _at(due: tuple[int, float]) -> tuple[float, float]:
    """Ask when it is due: milliseconds from then on, and of this process's CPU time."""
    number, due_s = due
    time.sleep(max(0.0, due_s - time.monotonic()))
    cpu_s = time.process_time()
    asker.ask(number)
    return (time.monotonic() - due_s) * 1000, (time.process_time() - cpu_s) * 1000


def rates(pool: Pool, engines_cpu_s: Callable[[], float]) -> Iterator[Rate]:
    """Rising rates until two in a row are not held: one may have met something else on the machine."""
    per_s, missed = FIRST_PER_S, 0
    for _ in range(MOST_STEPS):
        count = max(50, int(per_s * STEP_S))
        before_s, start_s = engines_cpu_s(), time.monotonic() + 0.2
        due = [(number, start_s + number / per_s) for number in range(count)]
        times = np.array(list(pool.imap_unordered(_at, due, chunksize=1)))
        engine_ms = (engines_cpu_s() - before_s) * 1000 / count
        p50_ms, p99_ms = np.percentile(times[:, 0], (50, 99))
        rate = Rate(per_s, float(p50_ms), float(p99_ms), float(times[:, 1].mean()) + engine_ms)
        print(
            f"  {rate.per_s:7.1f}/s  p50 {rate.p50_ms:7.1f} ms  p99 {rate.p99_ms:8.1f} ms  "
            f"CPU {rate.cpu_ms:6.2f} ms a search",
            file=sys.stderr,
        )
        yield rate
        missed = missed + 1 if rate.p99_ms >= LIMIT_MS else 0
        if missed == MISSES:
            return
        per_s *= STEP


def measured(name: str, open_index: Open, processes: int, engines_cpu_s: Callable[[], float]) -> None:
    """Ask at rising rates and report."""
    print(f"{name}, {DOCUMENTS} documents, {os.cpu_count()} cores", file=sys.stderr)
    spawning = multiprocessing.get_context("spawn")
    ready = spawning.Barrier(processes + 1)
    with spawning.Pool(processes, _open, (open_index, ready)) as pool:
        ready.wait()
        seen = list(rates(pool, engines_cpu_s))
    held = [rate for rate in seen if rate.p99_ms < LIMIT_MS]
    cpu_ms = (held or seen)[-1].cpu_ms
    report(f"search.load.{name}.10k.held_per_s", held[-1].per_s if held else 0.0, "searches/s, p99 < 200 ms")
    report(f"search.load.{name}.10k.cpu_ms", cpu_ms, "CPU ms a search")
    report(f"search.load.{name}.10k.cores_at_167_per_s", WANTED_PER_S * cpu_ms / 1000, "busy cores")


def _embedded(folder: Path) -> SearchIndex:
    return EmbeddedIndex(folder)


def _opensearch(address: str) -> SearchIndex:
    return opened(connect(address))


def _cpu_s(client: OpenSearch) -> float:
    """What the engine has used."""
    (node,) = client.nodes.stats(metric="process")["nodes"].values()
    return float(node["process"]["cpu"]["total_in_millis"]) / 1000


def main() -> None:
    """Measure both; without a JDK and Maven say so of OpenSearch."""
    cores = os.cpu_count() or 1
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        EmbeddedIndex(Path(folder)).write(Catalogue().documents(DOCUMENTS))
        measured("embedded", partial(_embedded, Path(folder)), cores, lambda: 0.0)
    try:
        with filled(Catalogue()) as (address, client):
            measured("opensearch", partial(_opensearch, address), 2 * cores, partial(_cpu_s, client))
    except NotAvailableError as missing:
        print(f"not measured: {missing}", file=sys.stderr)


if __name__ == "__main__":
    main()
