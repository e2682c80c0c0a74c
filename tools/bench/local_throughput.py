"""60 pictures through the whole local cloud: how many a minute become searchable, and what the engine costs.

The cloud is brought up as it stands and left up; the pictures are painted beforehand and go in as a new
contributor's. ``engine_share`` is the part of the CPU time that goes to the emulator and not to the product's
functions: (engine) / (engine + its workers).
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.console import Console

from cli.client import Client
from cli.ledger import Ledger
from cli.outcome import Outcome
from cli.progress import UploadProgress
from cli.retry import SENDING
from cli.storage import Storage
from cli.transfer import Transfer
from cli.transport import Transport
from localcloud import cloud, engine
from localcloud.home import Home
from localcloud.steps import Steps
from tools.bench import report
from tools.demo import searchable
from tools.demo.contributor import Contributor, sign_in
from tools.demo.paint import painted

_PICTURES = 60
_PATIENCE_S = 120


@dataclass(frozen=True, slots=True)
class Cpu:
    """CPU seconds, user and system, since the start of the engine."""

    engine_s: float
    workers_s: float

    @classmethod
    def of(cls, pid: int) -> Cpu:
        """The engine ``pid`` and its workers, those that have ended included."""
        process = psutil.Process(pid)
        own = process.cpu_times()
        workers_s = own.children_user + own.children_system
        for child in process.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                times = child.cpu_times()
                workers_s += times.user + times.system + times.children_user + times.children_system
        return cls(own.user + own.system, workers_s)


def main() -> int:
    """Measure once."""
    home = Home.from_environment(os.environ)
    cloud.up(home, Steps(sys.stderr))
    pid = engine.daemon(home).pid()
    if pid is None:
        print("The engine's process is not known.", file=sys.stderr)
        return 1
    seed = secrets.randbelow(10**9)
    console = Console(stderr=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        Client(Transport(home.front_url, SENDING)) as client,
        Storage() as storage,
        Ledger(None, "bench") as ledger,
        UploadProgress(console, _PICTURES, lines=False) as progress,
    ):
        contributor_id = sign_in(client, Contributor.of(seed), home)
        pictures = [made.picture for made in painted(seed, _PICTURES, Path(folder))]
        before, started_s = Cpu.of(pid), time.monotonic()
        results = list(Transfer(client, storage, ledger, progress).results(pictures))
        ids = {
            result.image_id for result in results if result.outcome is Outcome.APPROVED and result.image_id
        }
        missing = searchable.wait_for(client, contributor_id, ids, _PATIENCE_S)
        seconds, after = time.monotonic() - started_s, Cpu.of(pid)
    if missing or len(ids) < _PICTURES:
        print(f"Only {len(ids) - len(missing)} of {_PICTURES} pictures became searchable.", file=sys.stderr)
        return 1
    engine_s, workers_s = after.engine_s - before.engine_s, after.workers_s - before.workers_s
    report("ingest.local.photos_per_min", _PICTURES / seconds * 60, "photos/min")
    report("ingest.local.engine_share", engine_s / (engine_s + workers_s), "of CPU time")
    return 0


if __name__ == "__main__":
    sys.exit(main())
