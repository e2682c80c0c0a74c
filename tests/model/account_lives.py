"""Lives of accounts: how a person becomes a member, and gets leave to send files."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import cast

from lumenstock import bootstrap
from lumenstock.accounts.model import Profile
from lumenstock.ingest.sessions import LIFETIME
from lumenstock.kernel.ids import UserId
from tests.conftest import ACCOUNTS, CATALOG
from tests.functions.gateway import Answer, Gateway, Person
from tests.identity import CODE, FakeIdentity
from tests.model import backends
from tests.model.clock import T0
from tests.model.lives import ANN, Life
from tests.model.scripts import asked
from tests.model.world import World

_API = Gateway()
_EMAIL, _PASSWORD = "cleo@example.org", "Sunset-over-7-seas"
_CLEO = {"email": _EMAIL, "password": _PASSWORD, "displayName": "Cleo", "role": "contributor"}


def joined(world: World) -> None:
    """A person registers, confirms the address and signs in."""
    _register(world)
    _ask(world, "login", "/v1/auth/login", 200, json={"email": _EMAIL, "password": _PASSWORD})
    _check(world)


def met_first_by_name(world: World) -> None:
    """The same, but they sign in at Cognito itself, and ask us who they are."""
    _register(world)
    me = partial(_API.request, "GET", "/v1/auth/me", person=Person(_member_id(), ("contributor",)))
    asked(world, "me", me, lambda answer: answer.status == 200)
    _check(world)


def given_leave(world: World) -> None:
    """A contributor asks for an upload session with credentials; one that nobody was told of is of no use."""
    bootstrap.profiles().create(Profile(ANN.id, "ann@example.org", "Ann", T0))
    answer = _ask(
        world,
        "session",
        "/v1/upload-sessions",
        201,
        json={"credentials": True},
        person=Person(ANN.id, ("contributor",)),
    ).json()
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
    _ask(world, "register", "/v1/auth/register", 202, json=_CLEO)
    _ask(world, "confirm", "/v1/auth/confirm", 204, 422, json={"email": _EMAIL, "code": CODE})


def _check(world: World) -> None:
    """One account in the role that was asked for, and one profile."""
    (member,) = cast("FakeIdentity", bootstrap.identity()).members.values()
    if not member.confirmed:
        world.exposed.append("a member whose address is not confirmed")
    profiles = [item["pk"]["S"] for item in backends.items(ACCOUNTS) if item["sk"]["S"] == "PROFILE"]
    if profiles != [f"USR#{member.id}"]:
        world.exposed.append(f"profiles {profiles}")


def _member_id() -> UserId:
    return cast("FakeIdentity", bootstrap.identity()).members[_EMAIL].id


def _ask(
    world: World, name: str, path: str, *statuses: int, json: object, person: Person | None = None
) -> Answer:
    """Post until the answer has one of ``statuses``."""
    request = partial(_API.request, "POST", path, json=json, person=person)
    return asked(world, name, request, lambda answer: answer.status in statuses)
