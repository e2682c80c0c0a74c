"""Fixtures of the end-to-end tests. STAGE=dev runs them against a real account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e import journey
from tests.e2e import stage as stages
from tests.e2e.stage import Person, Stage

HERE = Path(__file__).parent
# They take grants and wiring away and wait for failures. Where there may be two stages, they have the second.
_TAKE_AWAY = {
    "test_fuzz.py",
    "test_permissions.py",
    "test_upload_permissions.py",
    "test_webhook_permissions.py",
    "test_wiring.py",
}
# One test may follow several pictures through the pipeline; the first start of the cloud is not counted.
_TEST_TIMEOUT_S = 240


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything below this folder needs the deployed stage."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            if stages.MAY_BE_MANY and item.path.name in _TAKE_AWAY:
                item.add_marker(pytest.mark.xdist_group("e2e that takes away"), append=False)
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(_TEST_TIMEOUT_S, func_only=True))


@pytest.fixture(scope="session")
def cloud() -> Iterator[Stage]:
    """The stage under test: address, outputs, operator's clients."""
    with stages.running() as stage:
        yield stage


@pytest.fixture
def contributor(cloud: Stage) -> Iterator[Person]:
    """A contributor who was never there before."""
    yield from _signed_in(cloud, "contributor")


@pytest.fixture
def stranger(cloud: Stage) -> Iterator[Person]:
    """Another contributor."""
    yield from _signed_in(cloud, "contributor")


@pytest.fixture
def buyer(cloud: Stage) -> Iterator[Person]:
    """A buyer who was never there before."""
    yield from _signed_in(cloud, "buyer")


@pytest.fixture(scope="module")
def admin(cloud: Stage) -> Iterator[Person]:
    """An operator's word made this account an administrator; it holds from the next sign-in, and for minutes."""
    person = cloud.sign_up("buyer")
    cloud.operator.cognito.admin_add_user_to_group(
        UserPoolId=cloud.outputs["UserPoolId"], Username=person.email, GroupName="admin"
    )
    tokens = journey.expect(
        person.api.post("/v1/auth/login", json={"email": person.email, "password": person.password})
    )
    person.api.headers["authorization"] = f"Bearer {tokens['accessToken']}"
    yield replace(person, access_token=tokens["accessToken"], refresh_token=tokens["refreshToken"])
    person.api.close()


def _signed_in(cloud: Stage, role: str) -> Iterator[Person]:
    person = cloud.sign_up(role)
    yield person
    person.api.close()
