"""Lives of accounts: how a person becomes a member, and gets leave to send files."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from lumenstock import bootstrap
from lumenstock.accounts.model import Profile
from lumenstock.accounts.roles import Role
from lumenstock.ingest.sessions import LIFETIME
from tests.conftest import ACCOUNTS, CATALOG
from tests.functions.gateway import Person
from tests.identity import CODE, FakeIdentity, Member
from tests.model import backends
from tests.model.clock import T0
from tests.model.lives import ANN, Life
from tests.model.scripts import request
from tests.model.world import World

_EMAIL, _PASSWORD = "cleo@example.org", "Sunset-over-7-seas"
_CLEO = {"email": _EMAIL, "password": _PASSWORD, "displayName": "Cleo", "role": "contributor"}


def joined(world: World) -> None:
    """A person registers, confirms the address and signs in."""
    _register(world)
    request(world, "login", "POST", "/v1/auth/login", 200, json={"email": _EMAIL, "password": _PASSWORD})
    _check(world)


def met_first_by_name(world: World) -> None:
    """The same, but they sign in at Cognito itself, and ask us who they are."""
    _register(world)
    request(world, "me", "GET", "/v1/auth/me", 200, person=Person(_member().id, ("contributor",)))
    _check(world)


def given_leave(world: World) -> None:
    """A contributor asks for an upload session with credentials; one that nobody was told of is of no use."""
    bootstrap.profiles().create(Profile(ANN.id, "ann@example.org", "Ann", T0))
    person, wanted = Person(ANN.id, ("contributor",)), {"credentials": True}
    answer = request(world, "session", "POST", "/v1/upload-sessions", 201, json=wanted, person=person).json()
    kept = {item["prefix"]["S"] for item in backends.items(CATALOG) if "prefix" in item}
    if answer["credentials"]["prefix"] not in kept:
        world.exposed.append("credentials were handed out for a session that is not there")
    if len(kept) > 1 + world.knife.kills["session"]:
        world.exposed.append(f"{len(kept)} sessions, and one was asked for")
    world.wait(LIFETIME + timedelta(minutes=1))
    world.settle()


ACCOUNT_LIVES = (
    Life("register", 1, joined),
    Life("confirm", 3, joined),
    Life("login", 4, joined),
    Life("me", 3, met_first_by_name),
    Life("session", 3, given_leave),
)


def _register(world: World) -> None:
    """Until the address is confirmed, by a mail that may be the second one."""
    request(world, "register", "POST", "/v1/auth/register", 202, json=_CLEO)
    request(world, "confirm", "POST", "/v1/auth/confirm", 204, 422, json={"email": _EMAIL, "code": CODE})


def _check(world: World) -> None:
    """One account in the role that was asked for, and one profile."""
    member = _member()
    if not member.confirmed or member.roles != {Role.CONTRIBUTOR}:
        world.exposed.append(f"a member, confirmed: {member.confirmed}, in the roles {member.roles}")
    profiles = [item["pk"]["S"] for item in backends.items(ACCOUNTS) if item["sk"]["S"] == "PROFILE"]
    if profiles != [f"USR#{member.id}"]:
        world.exposed.append(f"profiles {profiles}")


def _member() -> Member:
    """The one account that there is."""
    (member,) = cast("FakeIdentity", bootstrap.identity()).members.values()
    return member
