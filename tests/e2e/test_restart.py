"""What survives a graceful stop of the local cloud."""

from __future__ import annotations

import io

import pytest

from localcloud import cloud as local
from localcloud.steps import Steps
from tests.e2e.stage import Person, Stage


def test_accounts_and_streams_are_there_again_and_nothing_is_deployed_anew(
    cloud: Stage, contributor: Person
) -> None:
    if cloud.home is None:
        pytest.skip("only the local cloud can be stopped")
    said = io.StringIO()
    local.down(cloud.home, Steps(said))
    assert local.status(cloud.home).engine_pid is None
    local.up(cloud.home, Steps(said))
    assert "nothing changed" in said.getvalue()
    with cloud.client() as api:
        credentials = {"email": contributor.email, "password": contributor.password}
        assert api.post("/v1/auth/login", json=credentials).status_code == 200
    pages = cloud.operator.functions.get_paginator("list_event_source_mappings").paginate()
    sources = [mapping["EventSourceArn"] for page in pages for mapping in page["EventSourceMappings"]]
    assert len([source for source in sources if source.startswith("arn:aws:dynamodb:")]) == 1
