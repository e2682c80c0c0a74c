from __future__ import annotations

import pytest

from tests.conftest import Stores
from tests.unit.notification.world import World


@pytest.fixture
def world(stores: Stores) -> World:  # noqa: ARG001 - the tables
    return World()
