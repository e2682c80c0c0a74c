"""What the hash is promised to bear, and that the pipeline's way to a near-duplicate finds all that is near.

More pictures: ``python -m tools.near_duplicates --pictures 100``, with ``PHOTOS=dir`` on photos.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from lumenstock.imaging.picture_hash import NEAR
from tools.near_duplicates import LEAST_RECALL, PROMISED, measure, report

PICTURES = 24


@pytest.mark.slow
def test_copies_are_recognised_other_pictures_are_not_and_no_near_one_is_missed(tmp_path: Path) -> None:
    bench, tallies = measure(PICTURES, tmp_path)
    assert report(bench, tallies), "the table above says where"
    assert {name for name in PROMISED if tallies[name].recall < LEAST_RECALL} == set()
    assert all(len(tallies[name].distances) >= PICTURES - 2 for name in PROMISED)
    assert bench.pairs()[0] > NEAR
    assert [name for name in PROMISED if tallies[name].mistaken] == []
    assert [name for name in PROMISED if tallies[name].found < tallies[name].recognised] == []
