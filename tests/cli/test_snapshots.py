from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lumenstock import bootstrap, settings, use_cases
from lumenstock.adapters.aws import clients
from lumenstock.adapters.opensearch.connection import connect
from tests.cli.running import Run
from tests.conftest import CATALOG, forget_cached
from tests.contract.search.documents import document, image_id
from tests.unit.search.images import image

pytestmark = pytest.mark.usefixtures("stores")


@pytest.fixture(autouse=True)
def _own_environment() -> Iterator[None]:
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)
    forget_cached(bootstrap, use_cases, settings, clients)


def outputs(folder: Path, **stage: str) -> str:
    file = folder / "outputs.json"
    file.write_text(json.dumps({"Lumenstock-dev-Data": {"CatalogTable": CATALOG, **stage}}))
    return str(file)


def test_an_embedded_index_has_no_snapshots(run: Run, tmp_path: Path) -> None:
    stage = outputs(tmp_path, SearchEngine="embedded", SearchDir=str(tmp_path / "search"))
    forget_cached(bootstrap, settings)
    ran = run("ops", "--outputs", stage, "snapshot", "list")
    assert ran.code == 5
    assert "Only an OpenSearch has snapshots" in ran.err


def test_a_repository_is_a_bucket_or_a_folder(run: Run, tmp_path: Path) -> None:
    ran = run("ops", "--outputs", outputs(tmp_path), "snapshot", "register", "kept", "--bucket", "b")
    assert ran.code == 5
    assert "either --bucket and --role, or --folder" in ran.err


@pytest.mark.opensearch
@pytest.mark.xdist_group("opensearch")
@pytest.mark.slow
def test_a_snapshot_is_taken_listed_and_restored(run: Run, tmp_path: Path, opensearch: str) -> None:
    stage = outputs(tmp_path, SearchEngine="opensearch", SearchEndpoint=opensearch, SearchVectors="lucene")

    def ops(*arguments: str) -> str:
        ran = run("ops", "--outputs", stage, *arguments)
        assert ran.code == 0, ran.err
        return ran.out

    try:
        bootstrap.catalog().create(image(1, model=None))
        os.environ |= {"SEARCH_ENGINE": "opensearch", "SEARCH_ENDPOINT": opensearch}
        forget_cached(bootstrap, settings)
        ops("search-check", "--repair", "--settle", "0")
        ops("snapshot", "register", "kept", "--folder", "kept")
        assert "before holds img-v" in ops("snapshot", "take", "before", "--repository", "kept")
        assert "SUCCESS" in ops("snapshot", "list", "--repository", "kept")
        bootstrap.search_index().write([document(7)])  # of nobody
        said = ops("snapshot", "restore", "before", "--repository", "kept")
        assert "answers." in said
        assert list(bootstrap.search_index().found_ids()) == [image_id(1)]
    finally:
        client = connect(opensearch)
        client.indices.delete(index="img-v*")
        client.snapshot.delete(repository="kept", snapshot="before")
        client.snapshot.delete_repository(repository="kept")
