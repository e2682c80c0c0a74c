"""Every planted difference between catalogue and index is found and mended; none is invented.

``DRIFT_IMAGES=50000`` compares ten times as many, with 500 differences.
"""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from lumenstock import bootstrap
from lumenstock.adapters.aws.attributes import Item
from lumenstock.adapters.aws.batches import put_all
from lumenstock.adapters.aws.rows import image_key, to_item
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.catalog.store import VectorItem
from lumenstock.ingest.difference import Drift
from lumenstock.ingest.drift import DriftCheck, Finding
from lumenstock.ingest.index_changes import all_projected, projected
from lumenstock.kernel.ids import ImageId
from lumenstock.search.document import Document, Removal
from lumenstock.search.ports import Change
from lumenstock.search.projection import project
from lumenstock.search.upkeep import KeptIndex
from tests.conftest import CATALOG, Stores
from tests.contract.search.documents import MODEL, document, image_id
from tests.unit.search.images import image, vector_item

IMAGES = int(os.environ.get("DRIFT_IMAGES", "5000"))
EVERY = 100  # one image in so many drifts
SETTLE_S = 10.0
BATCH = 1000


def row(number: int) -> Image:
    """Image ``number``: their words differ, every fifth was embedded, a few were taken down."""
    down = number % EVERY in {50, 51}
    return image(
        number,
        title=f"car take{number}",
        model=None if number % 5 else MODEL,
        status=Status.TAKEN_DOWN if down else Status.APPROVED,
    )


def vector_of(row: Image) -> VectorItem | None:
    """The vector of an image."""
    return vector_item(int(row.id) % 97) if row.model else None


def fill(stores: Stores, images: list[Image]) -> None:
    """Rows and vectors, many at a time."""
    put_all(stores.dynamodb, CATALOG, [to_item(one) for one in images])
    vectors: list[Item] = [
        {
            **image_key(one.id, f"VEC#{MODEL}"),
            "vector": {"B": kept.vector_f16},
            "miniature": {"B": kept.miniature},
            "rev": {"N": "1"},
        }
        for one in images
        if (kept := vector_of(one)) is not None
    ]
    put_all(stores.dynamodb, CATALOG, vectors)


def with_drift(true: list[Change]) -> tuple[list[Change], dict[ImageId, Drift]]:
    """What the index is given instead of ``true``, and which of it is wrong: six kinds in turn."""
    written: list[Change] = []
    planted: dict[ImageId, Drift] = {}
    for number, change in enumerate(true):
        kind = number // EVERY % 6
        if number % EVERY == (50 if kind == 4 else 20):
            wrong, planted[change.id] = _wrong(change, kind)
            written += [wrong] if wrong else []
        else:
            written.append(change)
    return written, planted


def _wrong(true: Change, kind: int) -> tuple[Change | None, Drift]:
    if isinstance(true, Removal):
        return document(int(true.id), title="car once shown", version=true.version - 1), Drift.LINGERING
    match kind:
        case 0:
            return None, Drift.MISSING
        case 1:
            return replace(true, version=true.version - 1, title="car before"), Drift.STALE
        case 2:
            return replace(true, title="car of another"), Drift.ALTERED
        case 3:
            return replace(true, model=MODEL, vector_f16=vector_item(98).vector_f16), Drift.ALTERED
        case _:
            return Removal(true.id, true.version - 1), Drift.MISSING


class Following:
    """Changes of other images while the check goes on; the index follows each one a moment later."""

    def __init__(self, index: KeptIndex, untouched: set[ImageId]) -> None:
        self._index = index
        self._untouched = untouched
        self._behind: list[Image] = []
        self._next = 1
        self.now_s = 0.0
        self.rows: dict[ImageId, Image] = {}

    def progress(self, _: float) -> None:
        """Some rows change; the index hears of it with the next ones, or in the next pause."""
        self.follow()
        for _ in range(10):
            self._next = (self._next + 37) % IMAGES
            if image_id(self._next) not in self._untouched and self._next % EVERY not in {50, 51}:
                changed = bootstrap.catalog().update(image_id(self._next), self._change)
                self._behind.append(changed)
                self.rows[changed.id] = changed

    def pause(self, duration_s: float) -> None:
        self.now_s += duration_s
        self.follow()

    def follow(self) -> None:
        self._index.write([projected(one, bootstrap.catalog()) for one in self._behind])
        self._behind = []

    @staticmethod
    def _change(present: Image) -> Image:
        if present.version % 2:
            return present.changed(title=f"{present.title} again")
        status = Status.TAKEN_DOWN if present.status is Status.APPROVED else Status.APPROVED
        return replace(present.changed(), status=status)


def check(index: KeptIndex, live: Following, *, repair: bool) -> tuple[list[Finding], DriftCheck]:
    drift = DriftCheck(
        bootstrap.catalog(),
        index,
        repair=repair,
        settle_s=SETTLE_S,
        now_s=lambda: live.now_s,
        pause=live.pause,
    )
    return list(drift.run(live.progress)), drift


@pytest.mark.dynamodb_local
@pytest.mark.slow
@pytest.mark.timeout(max(300, IMAGES // 20))
def test_every_planted_difference_is_found_and_mended_and_none_is_invented(
    index: KeptIndex, real_stores: Stores
) -> None:
    images = [row(number) for number in range(IMAGES)]
    fill(real_stores, images)
    written, planted = with_drift(all_projected(images, bootstrap.catalog()))
    orphan = document(IMAGES + 1, title="car of nobody")
    planted[orphan.id] = Drift.LINGERING
    planted.pop(image_id(20))  # so that they are one in a hundred
    written.append(all_projected([images[20]], bootstrap.catalog())[0])
    for at in range(0, len(written), BATCH):
        index.write(written[at : at + BATCH])
    index.write([orphan])

    live = Following(index, set(planted))
    findings, drift = check(index, live, repair=True)
    assert {one.difference.id: one.difference.drift for one in findings} == planted
    assert len(findings) == len(planted) == IMAGES // EVERY
    assert len(set(planted.values())) == 4
    assert all(one.repaired for one in findings)
    assert len(live.rows) > 100
    assert drift.images == IMAGES

    live.follow()
    again, _ = check(index, live, repair=False)
    assert again == []
    live.follow()
    rows = {one.id: one for one in images} | live.rows
    wanted = {one.id: project(one, vector_of(one)) for one in rows.values()}
    shown = sorted(key for key, change in wanted.items() if isinstance(change, Document))
    assert list(index.found_ids()) == shown
    assert index.get(shown) == {key: wanted[key] for key in shown}
