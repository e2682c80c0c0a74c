"""OpenSearch: a rebuilt index takes the place of the one that answers, wherever the rebuild is cut short."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from uuid import uuid4

import pytest
from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConnectionTimeout

from lumenstock.adapters.opensearch.connection import connect
from lumenstock.adapters.opensearch.index import OpenSearchIndex
from lumenstock.adapters.opensearch.mapping import IndexShape
from lumenstock.kernel.errors import SearchUnavailableError
from lumenstock.search.ports import IndexQuery
from tests.contract.search.documents import document, numbers

pytestmark = [pytest.mark.opensearch, pytest.mark.xdist_group("opensearch")]


@pytest.fixture
def client(opensearch: str) -> OpenSearch:
    """Of the engine."""
    return connect(opensearch)


@pytest.fixture
def name(client: OpenSearch) -> Iterator[str]:
    """Of a collection that goes when the test ends."""
    name = f"test-{uuid4().hex}"
    yield name
    client.indices.delete(index=f"{name}-v*")


def open_index(client: OpenSearch, name: str) -> OpenSearchIndex:
    return OpenSearchIndex(client, IndexShape(), name=name, visible=True)


def cut_short(*_: object, **__: object) -> None:
    """In the place of a request whose answer never comes."""
    raise ConnectionTimeout("TIMEOUT", "cut short", None)


def test_the_old_index_answers_until_the_new_one_does(
    client: OpenSearch, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = open_index(client, name)
    index.write([document(1)])
    monkeypatch.setattr(client.indices, "delete", cut_short)
    with pytest.raises(SearchUnavailableError):
        index.rebuild([document(2)])

    (before, after) = sorted(client.indices.get(index=f"{name}-v*"))
    assert numbers(index.query(IndexQuery()).keyword) == [2]
    index.write([document(3)])
    counts = {one: client.count(index=one)["count"] for one in (before, after)}
    assert counts == {before: 1, after: 2}, "the engine takes nothing away in the step that moves the aliases"


def test_what_a_rebuild_that_was_cut_short_left_behind_goes_with_the_next(
    client: OpenSearch, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = open_index(client, name)
    index.write([document(1)])
    with monkeypatch.context() as patch, suppress(SearchUnavailableError):
        patch.setattr(client.indices, "delete", cut_short)
        index.rebuild([document(2)])
    index.rebuild([document(4)])
    assert list(client.indices.get(index=f"{name}-v*")) == [f"{name}-v3"]
    assert numbers(index.query(IndexQuery()).keyword) == [4]
