from __future__ import annotations

import pytest

from lumenstock.ingest.difference import Drift, difference, mended
from lumenstock.search.document import Removal
from lumenstock.search.ports import Change
from tests.contract.search.documents import document, image_id, unit_vector

ID = image_id(1)
OLD, NEW, NEWER = (document(1, title="car", version=version) for version in (4, 5, 6))
OTHER = document(1, title="boat", version=5, vector=unit_vector(1))


@pytest.mark.parametrize(
    ("wanted", "held", "drift", "write"),
    [
        (NEW, NEW, None, None),
        (NEW, None, Drift.MISSING, NEW),
        (NEW, Removal(ID, 4), Drift.MISSING, NEW),
        (NEW, Removal(ID, 5), Drift.MISSING, NEW),
        (NEW, Removal(ID, 6), Drift.AHEAD, None),
        (NEW, OLD, Drift.STALE, NEW),
        (NEW, NEWER, Drift.AHEAD, None),
        (NEW, OTHER, Drift.ALTERED, NEW),
        (None, None, None, None),
        (None, Removal(ID, 3), None, None),
        (None, OLD, Drift.LINGERING, Removal(ID, 5)),
        (Removal(ID, 5), None, None, None),
        (Removal(ID, 5), Removal(ID, 3), None, None),
        (Removal(ID, 5), OLD, Drift.LINGERING, Removal(ID, 5)),
        (Removal(ID, 5), NEW, Drift.LINGERING, Removal(ID, 5)),
        (Removal(ID, 5), NEWER, Drift.LINGERING, Removal(ID, 6)),
    ],
)
def test_every_pair_of_sides_has_one_name_and_one_remedy(
    wanted: Change | None, held: Change | None, drift: Drift | None, write: Change | None
) -> None:
    found = difference(ID, wanted, held)
    assert (found and found.drift) == drift
    if drift is not None:
        assert mended(wanted, held) == write


def test_a_difference_says_which_versions_and_fields() -> None:
    found = difference(ID, NEW, OTHER)
    assert found is not None
    assert (found.catalog_version, found.index_version) == (5, 5)
    assert found.fields == ("title", "model", "vector_f16", "miniature")
