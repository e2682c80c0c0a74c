from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lumenstock import bootstrap, settings, use_cases
from lumenstock.adapters.aws import clients
from lumenstock.ingest.index_changes import projected
from lumenstock.search.document import Document
from tests.cli.running import Run
from tests.conftest import CATALOG, forget_cached
from tests.contract.search.documents import document, image_id
from tests.unit.search.images import image

pytestmark = pytest.mark.usefixtures("stores")


@pytest.fixture
def outputs(tmp_path: Path) -> Iterator[str]:
    """A stage whose index has one document of nobody, and lacks an image of three."""
    before = dict(os.environ)
    file = tmp_path / "outputs.json"
    stage = {"CatalogTable": CATALOG, "SearchEngine": "embedded", "SearchDir": str(tmp_path / "search")}
    file.write_text(json.dumps({"Lumenstock-dev-Data": stage}))
    os.environ |= {"SEARCH_ENGINE": "embedded", "SEARCH_DIR": str(tmp_path / "search")}
    forget_cached(bootstrap, settings)
    for number in (1, 2, 3):
        bootstrap.catalog().create(image(number, model=None))
    rows = [projected(bootstrap.catalog().get(image_id(number)), bootstrap.catalog()) for number in (1, 2)]
    bootstrap.search_index().write([*rows, document(9)])
    yield str(file)
    os.environ.clear()
    os.environ.update(before)
    forget_cached(bootstrap, use_cases, settings, clients)


def test_a_check_shows_a_table_and_fails_while_something_differs(run: Run, outputs: str) -> None:
    ran = run("ops", "--outputs", outputs, "search-check", "--settle", "0")
    assert ran.code == 1
    assert "3 images and 3 documents: 2 differ, 0 repaired, 2 left." in ran.out
    (row,) = (line for line in ran.out.splitlines() if image_id(3) in line)
    assert row.split() == [image_id(3), "missing", "5", "-"]


def test_a_repair_leaves_nothing(run: Run, outputs: str) -> None:
    assert run("ops", "--outputs", outputs, "search-check", "--settle", "0", "--repair").code == 0
    ran = run("ops", "--outputs", outputs, "search-check", "--settle", "0")
    assert (ran.code, ran.out) == (0, "3 images and 3 documents: 0 differ, 0 repaired, 0 left.\n")
    stored = bootstrap.search_index().stored([image_id(n) for n in (1, 2, 3, 9)])
    assert [type(change) is Document for change in stored.values()].count(True) == 3


def test_json_has_a_line_for_each_difference_and_one_for_all(run: Run, outputs: str) -> None:
    ran = run("ops", "--outputs", outputs, "search-check", "--settle", "0", "--json")
    missing, lingering, whole = ran.lines
    assert missing == {
        "id": image_id(3),
        "drift": "missing",
        "catalog_version": 5,
        "index_version": None,
        "fields": [],
        "repaired": False,
    }
    assert (lingering["id"], lingering["drift"]) == (image_id(9), "lingering")
    assert whole == {
        "images": 3,
        "documents": 3,
        "found": {"missing": 1, "lingering": 1},
        "repaired": {"missing": 0, "lingering": 0},
        "left": 2,
    }
