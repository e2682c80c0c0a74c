"""A job that is told to stop at a random batch, over and over: nothing is lost, little is computed twice.

``EMBED_KILL_PICTURES=3000 EMBED_KILL_RUNS=5`` is the size that counts; every run of all tests does a small one.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from random import Random

import pytest

from gpu_batch import job
from lumenstock import bootstrap, use_cases
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.ingest.embed_batch import EmbedBatch, EncodedBatch, ReadBatch
from lumenstock.ingest.embed_manifest import LISTS, read_ids, report_key, write_ids
from lumenstock.ingest.picture_vectors import BATCH
from lumenstock.kernel.ids import ImageId
from tests.conftest import Stores
from tests.gpu_batch.queues import waiting
from tests.unit.ingest.rendered import picture_of, put_file, rendered, small

PICTURES = int(os.environ.get("EMBED_KILL_PICTURES", "70"))
RUNS = int(os.environ.get("EMBED_KILL_RUNS", "1"))
SEED = int(os.environ.get("EMBED_KILL_SEED", "1"))
_CORRUPT_SHARE = 0.01
_AT_ONCE = 100

pytestmark = [pytest.mark.dynamodb_local, pytest.mark.slow, pytest.mark.timeout(7200, func_only=True)]


@pytest.fixture
def stores(real_stores: Stores) -> Stores:
    """Real tables: those in memory take the longer for each write the more they hold."""
    return real_stores


class Counting(EmbedBatch):
    """The real batch; it counts what it embeds, and the process is told to stop during one batch."""

    embedded: Counter[str]
    stop_in: int

    def encode(self, batch: ReadBatch) -> EncodedBatch:
        self.stop_in -= 1
        if not self.stop_in:
            signal.raise_signal(signal.SIGTERM)
        self.embedded.update(picture.image.id for picture in batch.pictures)
        return super().encode(batch)


def world(stores: Stores, random: Random) -> tuple[list[Image], set[str]]:
    """Rendered pictures, and the ids of those whose file is cut short."""
    rows = [rendered(bootstrap.catalog(), stores, number) for number in range(1, PICTURES + 1)]
    corrupt = random.sample(rows, max(1, round(PICTURES * _CORRUPT_SHARE)))
    for row in corrupt:
        put_file(stores, row, small(picture_of(1).picture)[:-400])
    return rows, {row.id for row in corrupt}


def run_until_done(source: str, random: Random) -> tuple[Counter[str], list[int]]:
    """What was embedded how often, and the exit codes: one run with a stop in it, one that ends by itself."""
    batch = use_cases.embed_batch()
    batch.__class__ = Counting
    assert isinstance(batch, Counting)
    batch.embedded = Counter()
    batch.stop_in = random.randint(1, PICTURES // BATCH)
    codes = [job.main([source])]
    batch.stop_in = 0
    codes.append(job.main([source]))
    return batch.embedded, codes


def check(rows: list[Image], corrupt: set[str], embedded: Counter[str]) -> None:
    found: dict[ImageId, Image] = {}
    for at in range(0, len(rows), _AT_ONCE):
        found |= bootstrap.catalog().get_many([row.id for row in rows[at : at + _AT_ONCE]])
    assert {row.id for row in found.values() if row.status is Status.PROCESSING} == corrupt
    assert set(embedded) == set(found) - corrupt
    assert embedded.total() - len(embedded) <= BATCH


@pytest.mark.parametrize("run", range(RUNS))
def test_a_queue_loses_nothing_and_keeps_what_is_corrupt(
    stores: Stores, run: int, set_stage: Callable[..., None]
) -> None:
    set_stage(EMBED_RETRY_DELAYS_S="[10000]")
    random = Random(SEED + run)
    rows, corrupt = world(stores, random)
    for row in rows:
        bootstrap.embed_live_queue().send({"image_id": row.id, "rev": row.rev})
    embedded, codes = run_until_done("live", random)
    assert codes == [0, 0]
    check(rows, corrupt, embedded)
    assert waiting(stores) == (0, len(corrupt))


@pytest.mark.parametrize("run", range(RUNS))
def test_a_list_loses_nothing_and_reports_what_is_corrupt(stores: Stores, run: int) -> None:
    random = Random(SEED + run)
    rows, corrupt = world(stores, random)
    key = f"{LISTS}kills.csv"
    write_ids(bootstrap.originals(), key, [row.id for row in rows])
    embedded, codes = run_until_done(key, random)
    assert codes == [job.UNFINISHED, 0]
    check(rows, corrupt, embedded)
    assert set(read_ids(bootstrap.originals(), report_key(key))) == corrupt
