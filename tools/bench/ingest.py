"""CPU and memory of the deployed machine's tasks: the real handlers in turn, on photos of 12 megapixels.

The photos are made by code; ``PHOTOS=dir`` adds the JPEGs of a folder, scaled to 12 megapixels by their size.
AWS answers from memory below the clients, so what the clients do counts and what the services do does not.
Children of the decoder count. The memory is that of the decoder's processes (shared pages once) and of a
process that has loaded a task, which is what a Lambda function holds.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import psutil

from tools.bench import report
from tools.one_photo import MACHINE, Marketplace
from tools.photograph import given_photos, made_photos, megapixels

GENERATED, ROUNDS = 4, 3
WANTED_MP = 12.0
LOOK_EVERY_S = 0.004


class PeakMemory:
    """Watches the children of this process while it works; ``mb`` is the most that they held at one time."""

    def __init__(self) -> None:
        self.mb = 0.0
        self._done = threading.Event()
        self._watcher = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._done.wait(LOOK_EVERY_S):
            held = sum(map(_proportional_mb, psutil.Process().children(recursive=True)))
            self.mb = max(self.mb, held)


def _proportional_mb(process: psutil.Process) -> float:
    """Memory of a process, shared pages by their share."""
    try:
        text = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    except OSError:  # it has ended
        return 0.0
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1000


def loaded_task_mb() -> float:
    """Memory of a process that has loaded the largest task and done nothing yet."""
    code = "import functions.ingest.watermark; print(open('/proc/self/status').read())"
    path = os.pathsep.join(filter(None, sys.path))
    environment = os.environ | {"PYTHONPATH": path}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    (peak,) = (line for line in done.stdout.splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1000


def measure(market: Marketplace, photos: list[Path]) -> tuple[float, dict[str, float]]:
    """CPU seconds for 12 megapixels: of all tasks, and of each; of several rounds the median one."""
    pixels_mp = sum(map(megapixels, photos))
    rounds = []
    for _ in range(ROUNDS):
        spent: dict[str, float] = dict.fromkeys(MACHINE, 0.0)
        for photo in photos:
            for step in market.take_in(photo):
                if step.function in spent:
                    spent[step.function] += step.cpu_s * WANTED_MP / pixels_mp
        rounds.append(spent)
    tasks = sorted(rounds, key=lambda spent: sum(spent.values()))[ROUNDS // 2]
    return sum(tasks.values()), tasks


def main() -> None:
    """Make photos, measure, print."""
    with TemporaryDirectory() as folder:
        photos = made_photos(Path(folder), GENERATED)
        market = Marketplace(Path(folder, "index"))
        market.take_in(photos[0])  # starts everything up
        generated, tasks = measure(market, photos)
        photo_mp = sum(map(megapixels, photos)) / len(photos)
        given = given_photos()
        real = measure(market, given)[0] if given else None
        with PeakMemory() as peak:  # looking costs CPU, so it has rounds of its own
            for photo in [*photos, *given]:
                market.take_in(photo)
        market.close()
    report("ingest.lean.cpu_s_per_12mp", generated, "CPU s")
    report("ingest.lean.cpu_s_per_photo", generated * photo_mp / WANTED_MP, "CPU s")
    if real is not None:
        report("ingest.lean.photos.cpu_s_per_12mp", real, "CPU s")
    for function, value in tasks.items():
        report(f"ingest.stage.{function.removeprefix('ingest-')}.cpu_s", value, "CPU s")
    report("ingest.peak_rss_mb", peak.mb + loaded_task_mb(), "MB")


if __name__ == "__main__":
    main()
