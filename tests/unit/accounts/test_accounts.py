from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from lumenstock.accounts import registration, session
from lumenstock.accounts.model import Profile, Registration
from lumenstock.accounts.roles import Role, granted_role
from lumenstock.kernel.errors import InvalidInputError, NotAuthenticatedError
from lumenstock.kernel.ids import UserId
from tests.identity import CODE, FakeIdentity

ANA = Registration("ana@example.com", "Sunset-over-7-seas", "Ana Lima", Role.CONTRIBUTOR)


@dataclass
class Watch:
    """A clock that moves only when something takes time."""

    at: datetime = datetime(2026, 11, 21, tzinfo=UTC)
    slept_s: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        self.at += timedelta(seconds=seconds)


@dataclass
class SlowIdentity(FakeIdentity):
    """Takes its time to create an account, and little to say that there is one."""

    watch: Watch = field(default_factory=Watch)
    mail_s: float = 0.0

    def sign_up(self, registration: Registration) -> None:
        super().sign_up(registration)
        self.watch.at += timedelta(seconds=self.mail_s)


class Profiles(dict[UserId, Profile]):
    """Implements ``ProfileStore``."""

    def create(self, profile: Profile) -> Profile:
        return self.setdefault(profile.id, profile)


def join(identity: FakeIdentity, who: Registration = ANA) -> None:
    registration.register(identity, who, clock=Watch(), sleep=lambda _: None)
    registration.confirm(identity, who.email, CODE)


def test_a_confirmed_account_has_the_role_that_it_asked_for() -> None:
    identity = FakeIdentity()
    join(identity)
    assert identity.sign_in(ANA.email, ANA.password).roles == {Role.CONTRIBUTOR}


@pytest.mark.parametrize("asked", ["admin", "", "root", "contributor,admin"])
def test_a_role_that_nobody_may_ask_for_becomes_buyer(asked: str) -> None:
    assert granted_role(asked) is Role.BUYER


def test_registering_a_known_email_changes_nothing_of_the_account() -> None:
    identity = FakeIdentity()
    join(identity)
    thief = Registration(ANA.email, "Another-passw0rd", "Thief", Role.BUYER)
    registration.register(identity, thief, clock=Watch(), sleep=lambda _: None)
    assert identity.members[ANA.email].registration == ANA
    assert identity.members[ANA.email].mails == 1


def test_registering_again_before_confirming_mails_the_code_again() -> None:
    identity = FakeIdentity()
    for _ in range(2):
        registration.register(identity, ANA, clock=Watch(), sleep=lambda _: None)
    assert identity.members[ANA.email].mails == 2


def test_a_new_and_a_known_email_are_answered_after_the_same_time() -> None:
    watch = Watch()
    identity = SlowIdentity(watch=watch, mail_s=0.8)
    took = []
    for _ in range(2):
        started = watch.at
        registration.register(identity, ANA, clock=watch, sleep=watch.sleep)
        took.append(watch.at - started)
    assert took == [registration.ANSWER_AFTER, registration.ANSWER_AFTER]
    assert watch.slept_s[0] < watch.slept_s[1]


def test_a_registration_slower_than_the_common_time_does_not_wait() -> None:
    watch = Watch()
    slow = SlowIdentity(watch=watch, mail_s=registration.ANSWER_AFTER.total_seconds() + 1)
    registration.register(slow, ANA, clock=watch, sleep=watch.sleep)
    assert watch.slept_s == [0.0]


@pytest.mark.parametrize(("email", "code"), [(ANA.email, "000000"), ("nobody@example.com", CODE)])
def test_a_wrong_code_and_an_unknown_email_are_refused_alike(email: str, code: str) -> None:
    identity = FakeIdentity()
    registration.register(identity, ANA, clock=Watch(), sleep=lambda _: None)
    with pytest.raises(InvalidInputError):
        registration.confirm(identity, email, code)


def test_a_role_lost_between_confirming_and_granting_comes_with_the_next_sign_in() -> None:
    identity = FakeIdentity(grants_fail=1)
    with pytest.raises(ConnectionError):
        join(identity)
    opened = session.sign_in(identity, Profiles(), ANA.email, ANA.password, clock=Watch())
    assert opened.roles == {Role.CONTRIBUTOR}


def test_the_first_sign_in_makes_the_profile_and_later_ones_keep_it() -> None:
    identity, profiles, watch = FakeIdentity(), Profiles(), Watch()
    join(identity)
    user_id = session.sign_in(identity, profiles, ANA.email, ANA.password, clock=watch).user_id
    first = profiles[user_id]
    watch.at += timedelta(hours=1)
    session.sign_in(identity, profiles, ANA.email, ANA.password, clock=watch)
    assert (first.email, first.display_name) == (ANA.email, ANA.display_name)
    assert profiles[user_id] is first


def test_an_unconfirmed_account_cannot_sign_in() -> None:
    identity = FakeIdentity()
    registration.register(identity, ANA, clock=Watch(), sleep=lambda _: None)
    with pytest.raises(NotAuthenticatedError):
        session.sign_in(identity, Profiles(), ANA.email, ANA.password, clock=Watch())
