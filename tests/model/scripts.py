"""What happens in a world, by its seed or by a plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from lumenstock import use_cases
from lumenstock.kernel.ids import UserId
from tests.functions.gateway import Answer, Gateway
from tests.model.crashes import Cut, cuts_at_random
from tests.model.world import World
from tests.pictures import encode, jpeg, photo

PICTURE = jpeg(320, 300)
OTHER = jpeg(330, 300)
DAMAGED = OTHER[: len(OTHER) * 2 // 3] + b"\xff\xd9"
GOOD = frozenset({"approved"})
REFUSED = frozenset({"rejected"})
ONE_OF_TWINS = frozenset({"approved", "rejected"})
HELD = frozenset({"pending_review"})
_API = Gateway()
_Answer = TypeVar("_Answer")
DEATHS = 0.15
CHAOTIC_STEPS = 16
A_LONG_TIME = timedelta(days=31)  # the original of a deleted image is kept for 30 days


def asked(world: World, name: str, ask: Callable[[], _Answer], good: Callable[[_Answer], bool]) -> _Answer:
    """Ask until the answer is good; whoever gets none asks again after two minutes."""
    answers: list[_Answer] = []
    for _ in range(10):
        if world.attempt(name, lambda: answers.append(ask())) and good(answers[-1]):
            return answers[-1]
        world.wait(timedelta(minutes=2))
    message = f"{name}: {answers[-1:]}"
    raise AssertionError(message)


def request(world: World, name: str, method: str, path: str, *statuses: int, **what: Any) -> Answer:
    """Send a request, as :meth:`Gateway.request` does, until the answer has one of ``statuses``."""
    send = partial(_API.request, method, path, **what)
    return asked(world, name, send, lambda answer: answer.status in statuses)


def chaos(world: World) -> None:
    """One or two pictures come, and everything that can happen may; then all settles."""
    random = world.random
    world.knife.choose = cuts_at_random(random, DEATHS)
    kind = random.choice(("one", "one", "twins", "damaged"))
    told = random.random() >= 0.1
    if kind == "damaged":
        images = [world.upload(DAMAGED, REFUSED, event=told)]
    elif kind == "twins":
        images = [world.upload(PICTURE, ONE_OF_TWINS, event=told), world.upload(PICTURE, ONE_OF_TWINS)]
    else:
        images = [world.upload(PICTURE, GOOD, event=told)]
    for _ in range(CHAOTIC_STEPS):
        chance = random.random()
        if chance < 0.06:
            world.tell(random.choice(images).source.key)
        elif chance < 0.12:
            world.repeat_changes(random.randint(1, 4))
        elif chance < 0.17 and (shown := world.shown()):
            _moderate(world, random.choice(shown))
        elif not world.step():
            break
    world.knife.choose = lambda _: None
    world.settle()


def _moderate(world: World, image_id: str) -> None:
    """A picture is taken down; sometimes that was a mistake."""
    world.take_down(image_id)
    world.expected[image_id] = frozenset({"taken_down"})
    for other in world.expected.keys() - {image_id}:
        world.expected[other] |= HELD  # its twin, if it comes to the claim now
    if world.random.random() < 0.5:
        world.restore(image_id)
        # Its content may be somebody else's by then.
        world.expected[image_id] = frozenset({"approved", "taken_down"})


def cut_once(name: str, cut: Cut) -> Callable[[World], None]:
    """A picture comes; the first process of ``name`` dies at ``cut``."""

    def script(world: World) -> None:
        kills = world.knife.kills
        kills.clear()
        world.knife.choose = lambda process: cut if process == name and not kills[name] else None
        world.upload(PICTURE, GOOD)
        world.settle()

    return script


def taken_down(world: World) -> None:
    """A picture is approved, and taken down."""
    image = world.upload(PICTURE, GOOD)
    world.settle()
    world.take_down(image.id)
    world.expected[image.id] = frozenset({"taken_down"})
    world.settle()


def deleted_while_down(world: World) -> None:
    """A picture is taken down and then deleted by its contributor; somebody else brings one that looks like it."""
    rich = photo(320, 300, fields=(12, 16))
    image = world.upload(encode(rich, quality=90), GOOD)
    world.settle()
    world.take_down(image.id)
    world.settle()
    world.insist("delete", lambda: use_cases.amendments().delete(image.id, UserId("ann"), None))
    world.expected[image.id] = frozenset({"deleted"})
    world.settle()
    world.clean(A_LONG_TIME)
    world.upload(encode(rich, quality=60), HELD, owner="ben")
    world.settle()


def twins(world: World) -> None:
    """The same file comes twice."""
    for _ in range(2):
        world.upload(PICTURE, ONE_OF_TWINS)
        world.settle()


def after_takedown(world: World) -> None:
    """A file comes again, after its first image was taken down: it is the only one, and a person looks first."""
    taken_down(world)
    world.upload(PICTURE, frozenset({"pending_review: taken_down_before"}))
    world.settle()


def lost_event(world: World) -> None:
    """S3 says nothing of an upload."""
    world.upload(PICTURE, GOOD, event=False)
    world.settle()
