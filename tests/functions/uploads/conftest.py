from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from lumenstock import bootstrap
from lumenstock.accounts.model import Profile
from lumenstock.kernel.ids import ImageId, UserId
from tests.conftest import Stores
from tests.functions.gateway import Gateway, Person
from tests.functions.uploads.sending import FILE, Begin, Sending
from tests.functions.uploads.steps import start

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


@pytest.fixture
def begin(gateway: Gateway, ana: Person, stores: Stores) -> Begin:
    """Announces a file that comes in parts."""

    def announce(size_bytes: int = len(FILE), **fields: Any) -> Sending:
        ticket = start(gateway, ana, sizeBytes=size_bytes, multipart=True, **fields).json()
        return Sending(
            gateway, ana, stores, ticket["uploadId"], ImageId(ticket["imageId"]), ticket["partCount"]
        )

    return announce
