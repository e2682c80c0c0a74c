from __future__ import annotations

import pytest

from lumenstock import bootstrap
from tests.conftest import Stores
from tests.functions.gateway import Gateway
from tests.identity import FakeIdentity


@pytest.fixture
def identity(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> FakeIdentity:  # noqa: ARG001
    """Accounts in memory, profiles in the stores, and no waiting."""
    fake = FakeIdentity()
    monkeypatch.setattr(bootstrap, "identity", lambda: fake)
    monkeypatch.setattr("functions.auth.api.sleep", lambda _: None)
    return fake


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()
