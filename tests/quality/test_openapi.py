"""The API document: valid, complete, and the same as routes, code and the page on problems say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate
from pydantic import ValidationError

from functions.contributor.schema import ImageEdit
from functions.marks.schema import MarkQuestion
from functions.moderation.schema import VerdictRequest
from functions.routes import ROUTES
from functions.runtime.problems import PROBLEM_MEDIA_TYPE
from functions.runtime.schema import RequestModel
from lumenstock.kernel import errors
from lumenstock.kernel.errors import LumenstockError
from tools.openapi.document import build
from tools.openapi.merge import ClashError, merge, operations, references

DOCS = Path(__file__).parents[2] / "docs" / "api"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return build()


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    validate(document)


def test_the_committed_document_is_what_the_code_says(document: dict[str, Any]) -> None:
    assert json.loads((DOCS / "openapi.json").read_text()) == document, "run `make openapi`"


def test_routes_and_document_name_the_same_operations_with_the_same_protection(
    document: dict[str, Any],
) -> None:
    documented = {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path)): "security" in operation
        for path, method, operation in operations(document)
    }
    routed = {
        (route.method, re.sub(r"\{\w+\}", "{}", route.path)): route.authorised
        for route in ROUTES
        if route.method
    }
    assert documented == routed


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        assert re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", operation["operationId"]), path
        assert operation["tags"], path
        assert not operation["summary"].startswith(method.upper()), path
        assert all(
            answer.get("description") or "$ref" in answer for answer in operation["responses"].values()
        )


def test_every_error_is_a_problem(document: dict[str, Any]) -> None:
    for path, _, operation in operations(document):
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                name = answer["$ref"].removeprefix("#/components/responses/")
                assert PROBLEM_MEDIA_TYPE in document["components"]["responses"][name]["content"], path


def test_no_shape_of_the_framework_is_left(document: dict[str, Any]) -> None:
    assert not {name for name in document["components"]["schemas"] if name.endswith("ValidationError")}
    used = set(references(document))
    for kind in ("schemas", "responses"):
        for name in document["components"][kind]:
            assert f"#/components/{kind}/{name}" in used, f"nothing uses {name}"


def test_every_bound_is_one_of_json_schema() -> None:
    """Where pydantic cannot translate a bound, it leaves it behind under its own name."""
    text = (DOCS / "openapi.json").read_text()
    assert not re.findall(r'"(ge|gt|le|lt|min_length|max_length|multiple_of)":', text)


@pytest.mark.parametrize(
    ("model", "body", "fits"),
    [
        (ImageEdit, {"title": "Sea", "tags": None}, True),
        (ImageEdit, {"tags": []}, True),
        (ImageEdit, {"description": ""}, True),
        (ImageEdit, {"title": None, "categories": None}, False),
        (ImageEdit, {}, False),
        (VerdictRequest, {"reasons": ["blurred"]}, True),
        (VerdictRequest, {"reasons": [], "message": "Too dark."}, True),
        (VerdictRequest, {"reasons": [], "message": ""}, False),
        (VerdictRequest, {"message": " \n "}, False),
        (VerdictRequest, {"note": "x"}, False),
        (MarkQuestion, {"picture": "QUI="}, True),
        (MarkQuestion, {"picture": "QUJD"}, True),
        (MarkQuestion, {"picture": "0"}, False),
        (MarkQuestion, {"picture": "QU=I"}, False),
        (MarkQuestion, {"picture": "QU-_"}, False),
    ],
)
def test_what_a_validator_checks_is_in_the_document(
    document: dict[str, Any], model: type[RequestModel], body: dict[str, Any], *, fits: bool
) -> None:
    schema = {"$ref": f"#/components/schemas/{model.__name__}", "components": document["components"]}
    assert OAS31Validator(schema).is_valid(body) is fits
    try:
        model.model_validate(body)
    except ValidationError:
        assert not fits
    else:
        assert fits


def test_if_match_is_required_where_leaving_it_out_is_428(document: dict[str, Any]) -> None:
    asking = {
        operation["operationId"]
        for _, _, operation in operations(document)
        for parameter in operation.get("parameters", [])
        if parameter["name"] == "if-match" and parameter["required"]
    }
    assert asking == {"approveImage", "rejectImage", "editContributorImage", "deleteContributorImage"}


def test_the_page_on_problems_lists_every_code_with_its_status() -> None:
    listed = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", (DOCS / "problems.md").read_text(), re.MULTILINE))
    ours = {
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, LumenstockError)
    }
    codes = {
        kind.code: str(kind.status) for kind in ours if kind.__name__ not in {"ClientError", "ServiceError"}
    }
    assert listed == codes


def _document(operation_id: str = "a", path: str = "/a", schema: str = "string") -> dict[str, Any]:
    answer = {
        "200": {
            "description": "",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/S"}}},
        }
    }
    return {
        "paths": {path: {"get": {"operationId": operation_id, "tags": ["t"], "responses": answer}}},
        "components": {"schemas": {"S": {"type": schema}}},
    }


def test_services_that_agree_are_merged() -> None:
    merged = merge({"one": _document(), "two": _document("b", "/b")})
    assert list(merged["paths"]) == ["/a", "/b"]


@pytest.mark.parametrize(
    ("other", "clash"),
    [
        (_document("b", "/a"), "get /a is in two and in one"),
        (_document("a", "/b"), "a is in two and in one"),
        (_document("b", "/b", "integer"), "schemas/S of two differs"),
        ({**_document("b", "/b"), "components": {}}, None),
    ],
)
def test_services_that_clash_are_refused(other: dict[str, Any], clash: str | None) -> None:
    if clash is None:
        merge({"one": _document(), "two": other})
    else:
        with pytest.raises(ClashError, match=clash):
            merge({"one": _document(), "two": other})


def test_a_reference_to_nothing_is_refused() -> None:
    with pytest.raises(ClashError, match="leads nowhere"):
        merge({"one": {**_document(), "components": {}}})


def test_every_hook_of_schemathesis_stands_with_its_reason_beside_the_other_exclusions() -> None:
    folder = DOCS.parents[1] / "tests" / "e2e"
    hooks = (folder / "schemathesis_hooks.py").read_text()
    named = re.findall(r"^# - `(\w+)`: \w", (folder / "schemathesis.toml").read_text(), re.MULTILINE)
    assert sorted(named) == sorted(re.findall(r"^@schemathesis\.hook\ndef (\w+)", hooks, re.MULTILINE))
