"""A function's role has what its needs grant, and nothing else of rows and files."""

from __future__ import annotations

import pytest

from functions.grants import GRANTS, Resource
from functions.manifest import FUNCTIONS, FunctionSpec, Need
from infra.access import _RESOURCES
from tests.infra.templates import Templates


def test_every_need_has_a_meaning() -> None:
    assert set(GRANTS) == set(Need)
    assert set(_RESOURCES) == set(Resource)


@pytest.mark.parametrize("spec", FUNCTIONS, ids=lambda spec: spec.name)
def test_a_function_may_do_with_rows_and_files_exactly_what_its_needs_grant(
    cloud: Templates, spec: FunctionSpec
) -> None:
    deployed = {
        (action, resource.partition("/index/")[2] if "/index/" in resource else "")
        for statement in cloud.statements(cloud.role_of(cloud.function(spec.name)))
        for action in statement.actions
        for resource in statement.resources
        if action.startswith(("dynamodb:", "s3:"))
    }
    assert deployed == {
        (action, (grant.part or "") if action.startswith("dynamodb:") else "")
        for need in spec.needs
        for grant in GRANTS[need]
        for action in grant.actions
        if action.startswith(("dynamodb:", "s3:"))
    }


def test_no_function_reads_an_index_by_more_than_a_query(cloud: Templates) -> None:
    on_indexes = {
        action
        for spec in FUNCTIONS
        for statement in cloud.statements(cloud.role_of(cloud.function(spec.name)))
        for action in statement.actions
        if any("/index/" in resource for resource in statement.resources)
    }
    assert on_indexes == {"dynamodb:Query"}
