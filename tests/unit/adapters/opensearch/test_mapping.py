"""Indices differ between deployments only in how vectors are searched, and in parts and copies."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from lumenstock.adapters.opensearch.mapping import IndexShape, VectorEngine, index_body, method
from lumenstock.adapters.opensearch.records import records_of
from lumenstock.search.document import Removal
from tests.contract.search.documents import document, image_id, unit_vector


def places(body: Any, path: str = "") -> dict[str, Any]:
    """Every value of a tree by its path."""
    if not isinstance(body, dict):
        return {path: body}
    return {
        place: value for name, item in body.items() for place, value in places(item, f"{path}/{name}").items()
    }


def test_only_the_block_of_the_vector_engine_differs() -> None:
    aws, local = (places(index_body(IndexShape(engine=engine))) for engine in VectorEngine)
    different = {place for place in aws.keys() | local.keys() if aws.get(place) != local.get(place)}
    block = "/mappings/properties/vector/method"
    assert different == {
        f"{block}/engine",
        f"{block}/parameters/encoder/name",
        f"{block}/parameters/encoder/parameters/type",
    }


def test_faiss_keeps_vectors_in_half_precision() -> None:
    assert method(VectorEngine.FAISS)["parameters"]["encoder"] == {
        "name": "sq",
        "parameters": {"type": "fp16"},
    }


def test_parts_and_copies_are_as_asked_for() -> None:
    settings = index_body(IndexShape(shards=3, replicas=2))["settings"]["index"]
    assert (settings["number_of_shards"], settings["number_of_replicas"]) == (3, 2)


def test_everything_that_is_written_has_its_field() -> None:
    body = index_body(IndexShape())["mappings"]
    whole, stub = records_of([document(1, vector=unit_vector(1)), Removal(image_id(2), 1)])
    assert body["dynamic"] == "strict"
    assert set(whole.source) < set(body["properties"])
    assert set(stub.source) < set(body["properties"])


def test_every_field_of_a_document_is_kept() -> None:
    body = index_body(IndexShape())["mappings"]
    kept = set(body["properties"]) - set(body["_source"]["excludes"])
    assert {field.name for field in fields(document(1))} <= kept
