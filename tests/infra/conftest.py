"""One synthesis a stage, shared by all template tests."""

from __future__ import annotations

import pytest

from tests.infra.templates import STAGES, Templates, synthesise


@pytest.fixture(scope="session", params=STAGES)
def stage(request: pytest.FixtureRequest) -> Templates:
    """Each stage in turn."""
    return synthesise(request.param)


@pytest.fixture(scope="session")
def local() -> Templates:
    """What the local engine gets."""
    return synthesise("local")


@pytest.fixture(scope="session", params=["dev", "prod"])
def cloud(request: pytest.FixtureRequest) -> Templates:
    """The stages that run on AWS."""
    return synthesise(request.param)


@pytest.fixture(scope="session")
def prod() -> Templates:
    """What people depend on."""
    return synthesise("prod")
