"""Every test here runs on every implementation of the search index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest

from lumenstock.adapters.embedded.index import EmbeddedIndex
from lumenstock.adapters.opensearch.connection import connect
from lumenstock.adapters.opensearch.index import OpenSearchIndex
from lumenstock.adapters.opensearch.mapping import IndexShape
from lumenstock.search.upkeep import KeptIndex

Opener = Callable[[], KeptIndex]


@contextmanager
def _embedded(_: pytest.FixtureRequest) -> Iterator[Opener]:
    # An engine's own threads may touch a lock file while the folder goes.
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield partial(EmbeddedIndex, Path(folder, "search"))


@contextmanager
def _opensearch(request: pytest.FixtureRequest) -> Iterator[Opener]:
    address: str = request.getfixturevalue("opensearch")
    name = f"test-{uuid4().hex}"
    try:
        yield partial(open_opensearch, address, name)
    finally:
        connect(address).indices.delete(index=f"{name}-v*")


def open_opensearch(address: str, name: str) -> KeptIndex:
    """The index ``name``, as a process that opens it has it."""
    return OpenSearchIndex(connect(address), IndexShape(), name=name, visible=True)


# Each makes an empty index for as long as a block runs.
IMPLEMENTATIONS: dict[str, Callable[[pytest.FixtureRequest], AbstractContextManager[Opener]]] = {
    "embedded": _embedded,
    "opensearch": _opensearch,
}
# One OpenSearch serves all tests that need one, so they run in one process.
_MARKS = {"opensearch": (pytest.mark.opensearch, pytest.mark.xdist_group("opensearch"))}
EVERY_IMPLEMENTATION = [pytest.param(name, marks=_MARKS.get(name, ())) for name in sorted(IMPLEMENTATIONS)]


@pytest.fixture(params=EVERY_IMPLEMENTATION)
def open_index(request: pytest.FixtureRequest) -> Iterator[Opener]:
    """Opens the test's own index anew, as another process would; can be sent to one."""
    with IMPLEMENTATIONS[request.param](request) as opener:
        yield opener


@pytest.fixture
def index(open_index: Opener) -> KeptIndex:
    """An empty index."""
    return open_index()
