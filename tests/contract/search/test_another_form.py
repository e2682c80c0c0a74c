"""An OpenSearch index that an earlier version made: it does not know a field, and is replaced under writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from opensearchpy import OpenSearch

from lumenstock.adapters.opensearch.connection import connect
from lumenstock.adapters.opensearch.index import OpenSearchIndex
from lumenstock.adapters.opensearch.mapping import IndexShape, index_body
from lumenstock.search.refusal import IndexRefusedError
from lumenstock.search.upkeep import Portion
from tests.contract.search.documents import document, image_id, unit_vector

pytestmark = [pytest.mark.opensearch, pytest.mark.xdist_group("opensearch")]

NEW, OLD = document(1, vector=unit_vector(1)), replace(document(2, vector=unit_vector(2)), miniature=b"")


@pytest.fixture
def index(opensearch: str) -> Iterator[OpenSearchIndex]:
    """What answers knows nothing of miniatures, and holds nothing."""
    client, name = connect(opensearch), f"test-{uuid4().hex}"
    try:
        _make_old(client, name)
        yield OpenSearchIndex(client, IndexShape(), name=name, visible=True)
    finally:
        client.indices.delete(index=f"{name}-v*")


def _make_old(client: OpenSearch, name: str) -> None:
    body = index_body(IndexShape())
    del body["mappings"]["properties"]["miniature"]
    client.indices.create(
        index=f"{name}-v1", body=body | {"aliases": {f"{name}-read": {}, f"{name}-write": {}}}
    )


def test_it_takes_what_it_knows_and_names_what_it_does_not(index: OpenSearchIndex) -> None:
    index.write([OLD])
    with pytest.raises(IndexRefusedError, match="miniature"):
        index.write([NEW])
    assert set(index.get([image_id(1), image_id(2)])) == {image_id(2)}


def test_what_it_refuses_while_it_is_replaced_is_in_the_index_that_comes(index: OpenSearchIndex) -> None:
    def source(_: str | None) -> Iterator[Portion]:
        with pytest.raises(IndexRefusedError):
            index.write([NEW])  # somebody, meanwhile
        yield Portion([OLD], "end")

    index.refill(source)
    assert index.get([image_id(1), image_id(2)]) == {image_id(1): NEW, image_id(2): OLD}
    index.write([replace(NEW, version=2)])
