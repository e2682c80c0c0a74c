"""What the invisible mark is promised to bear, on pictures made by code, by the product's own decoder.

More pictures: ``python -m tools.mark_recovery --marked 100 --unmarked 1000``, with ``PHOTOS=dir`` on photos.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.mark_detection import GATE
from tools.mark_recovery import ATTACKS, LEAST_PSNR_DB, LEAST_RECOVERED, Bench, recovery, report, unmarked

MARKED, UNMARKED = 4, 40

pytestmark = pytest.mark.slow


@pytest.fixture
def bench(decoder: Decoder, tmp_path: Path) -> Bench:
    return Bench(decoder, tmp_path)


def test_a_payload_comes_through_every_attack_and_costs_little(bench: Bench) -> None:
    tallies, costs_db = recovery(bench, MARKED)
    assert report(tallies, costs_db, []), "the table above says where"
    assert {name for name in ("as published", *ATTACKS) if tallies[name].share < LEAST_RECOVERED} == set()
    assert min(costs_db) >= LEAST_PSNR_DB


def test_no_picture_without_a_mark_is_claimed(bench: Bench) -> None:
    found = unmarked(bench, UNMARKED)
    assert len(found) == UNMARKED
    assert [detection for detection in found if detection.payload is not None] == []
    assert max(detection.score for detection in found) < GATE
