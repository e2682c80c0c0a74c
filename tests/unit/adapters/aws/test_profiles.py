from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lumenstock import bootstrap
from lumenstock.accounts.model import Profile
from lumenstock.kernel.ids import UserId

ANA = Profile(
    UserId("u1"), "ana@example.com", "Ana Lima", datetime(2026, 11, 21, 8, 30, 0, 123000, tzinfo=UTC)
)


@pytest.mark.usefixtures("stores")
def test_the_first_profile_stays() -> None:
    profiles = bootstrap.profiles()
    assert profiles.get(ANA.id) is None
    assert profiles.create(ANA) == ANA
    assert profiles.create(replace(ANA, display_name="Late")) == ANA
    assert profiles.get(ANA.id) == ANA
