"""The engine and the indexer are killed in the middle of 5,000 changes, some told late and some twice.

Afterwards nothing is missing, nothing is older than it was, and nothing that was removed is found.
``KILL_WRITES`` says how many changes there are, ``KILL_SEED`` which.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest

from lumenstock.adapters.aws.catalog import DynamoCatalog
from lumenstock.adapters.embedded.index import EmbeddedIndex
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.ingest.index_changes import Indexer, RowChange
from lumenstock.kernel.errors import SearchUnavailableError
from lumenstock.kernel.ids import ImageId
from lumenstock.notification.events import Event
from lumenstock.search.document import Document
from lumenstock.search.projection import project
from lumenstock.search.upkeep import KeptIndex
from tests.contract.search.conftest import Opener, open_opensearch
from tests.unit.search.images import image
from tools.maven import NotAvailableError
from tools.opensearch.server import Server, fresh

WRITES = int(os.environ.get("KILL_WRITES", "5000"))
SEED = int(os.environ.get("KILL_SEED", "7"))
IMAGES = max(1, WRITES // 10)
BATCH = 100  # records that the stream hands over at once
PATIENCE_S = 240.0
NAME = "test-killed"
AT = datetime(2026, 11, 21, tzinfo=UTC)


def stream() -> list[RowChange]:
    """Changes of a tenth as many rows, in the stream's order; one in ten is told twice, or late, or both."""
    chance = random.Random(SEED)
    rows: dict[int, Image] = {}
    changes: list[RowChange] = []
    while len(changes) < WRITES:
        number = chance.randrange(IMAGES)
        old = rows.get(number)
        down = old is not None and old.status is Status.APPROVED and chance.random() < 0.3
        rows[number] = new = image(
            number,
            title=f"car take{len(changes)}",
            version=old.version + 1 if old else 1,
            status=Status.TAKEN_DOWN if down else Status.APPROVED,
            model=None,
        )
        changes.append(RowChange(old, new, AT))
        if chance.random() < 0.1:
            changes.append(chance.choice(changes))
    return changes


def standing() -> dict[ImageId, Document]:
    """What must be found in the end: of each image the highest version, if it is approved."""
    last: dict[ImageId, Image] = {}
    for change in stream():
        assert change.new is not None
        if change.new.id not in last or change.new.version > last[change.new.id].version:
            last[change.new.id] = change.new
    whole = (project(row, None) for row in last.values())
    return {one.id: one for one in whole if isinstance(one, Document)}


class Nobody:
    """Hears of events."""

    def send(self, events: Sequence[Event]) -> None:
        """Pass over them."""


def follow(open_index: Opener, notes: Path) -> None:
    """The indexer: apply the stream from the first batch that is not noted; each until it is taken.

    It asks the catalogue for nothing: no image has a model.
    """
    changes = stream()
    catalog = DynamoCatalog(boto3.client("dynamodb", region_name="us-east-1"), "catalog")
    indexer = Indexer(catalog, open_index(), Nobody())
    done = notes.stat().st_size if notes.exists() else 0
    with notes.open("ab", buffering=0) as file:
        for at in range(done * BATCH, len(changes), BATCH):
            while True:
                try:
                    indexer.apply(changes[at : at + BATCH])
                    break
                except SearchUnavailableError:
                    time.sleep(0.2)
            file.write(b".")


def start(open_index: Opener, notes: Path) -> BaseProcess:
    process = multiprocessing.get_context("spawn").Process(target=follow, args=(open_index, notes))
    process.start()
    return process


def wait_for(process: BaseProcess, notes: Path, share: float) -> None:
    """Until so much of the stream is applied."""
    end, wanted = time.monotonic() + PATIENCE_S, share * WRITES / BATCH
    while not notes.exists() or notes.stat().st_size < wanted:
        assert process.is_alive(), "The indexer ended."
        assert time.monotonic() < end, "It did not happen in time."
        time.sleep(0.005)


def kill(process: BaseProcess) -> None:
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join(PATIENCE_S)
    assert process.exitcode == -signal.SIGKILL


def assert_true(index: KeptIndex) -> None:
    """Nothing is missing, nothing regressed, nothing that went is found."""
    wanted = standing()
    assert list(index.found_ids()) == sorted(wanted)
    assert index.get(sorted(wanted)) == wanted


@pytest.fixture
def server() -> Iterator[Server]:
    """An OpenSearch of the test's own, to be killed."""
    try:
        made = fresh(stays=False)
    except NotAvailableError as missing:
        pytest.skip(str(missing))
    yield made
    made.end()


@pytest.mark.opensearch
@pytest.mark.xdist_group("opensearch")
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_killed_opensearch_and_a_killed_indexer_lose_nothing(server: Server, tmp_path: Path) -> None:
    notes, opener = tmp_path / "notes", partial(open_opensearch, server.address, NAME)
    first = start(opener, notes)
    wait_for(first, notes, 0.3)
    server.kill()
    again = Server.launch(Path(server.folder), stays=False, port=urlsplit(server.address).port or 0)
    try:
        wait_for(first, notes, 0.6)
        kill(first)
        second = start(opener, notes)
        second.join(PATIENCE_S)
        assert second.exitcode == 0
        assert_true(opener())
    finally:
        again.end()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_an_indexer_of_the_embedded_index_that_is_killed_twice_loses_nothing(
    tmp_path: Path,
) -> None:
    notes, opener = tmp_path / "notes", partial(EmbeddedIndex, tmp_path / "search")
    for share in (0.3, 0.6):
        process = start(opener, notes)
        wait_for(process, notes, share)
        kill(process)
    last = start(opener, notes)
    last.join(PATIENCE_S)
    assert last.exitcode == 0
    assert_true(opener())
