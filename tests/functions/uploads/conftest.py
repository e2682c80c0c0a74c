from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lumenstock import bootstrap
from lumenstock.accounts.model import Profile
from lumenstock.kernel.ids import UserId
from tests.conftest import Stores
from tests.functions.gateway import Gateway, Person

ANA = Person("11111111-aaaa-4bbb-8ccc-222222222222", ("contributor",))


@pytest.fixture
def gateway(stores: Stores) -> Gateway:  # noqa: ARG001
    """The API over empty stores."""
    return Gateway()


@pytest.fixture
def ana(stores: Stores) -> Person:  # noqa: ARG001
    """A contributor who has signed in before."""
    joined = datetime(2026, 11, 1, tzinfo=UTC)
    bootstrap.profiles().create(Profile(UserId(ANA.id), "ana@example.com", "Ana Lima", joined))
    return ANA
