"""Every test here runs on every implementation of the search index."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from lumenstock.adapters.embedded.index import EmbeddedIndex
from lumenstock.search.ports import SearchIndex

Opener = Callable[[], SearchIndex]


def _embedded(folder: Path) -> Opener:
    return partial(EmbeddedIndex, folder / "search")


IMPLEMENTATIONS: dict[str, Callable[[Path], Opener]] = {"embedded": _embedded}


@pytest.fixture(params=sorted(IMPLEMENTATIONS))
def open_index(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """Opens the test's own index anew, as another process would; can be sent to one."""
    return IMPLEMENTATIONS[request.param](tmp_path)


@pytest.fixture
def index(open_index: Opener) -> SearchIndex:
    """An empty index."""
    return open_index()
