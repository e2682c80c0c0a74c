from __future__ import annotations

import pytest

from tests.conftest import Stores
from tests.functions.companion.uppy import ANA, Uppy, session, signed_in


@pytest.fixture
def uppy(stores: Stores) -> Uppy:
    """Uppy with the address of a session."""
    return Uppy(session(signed_in(ANA, "Ana"))["companionEndpoint"], stores)
