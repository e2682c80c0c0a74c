"""Processes that die in the middle of an AWS call: hooks of botocore, in the test and nowhere in the product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any, Literal, TypeVar

from lumenstock.adapters.aws import clients
from tests.identity import FakeIdentity

When = Literal["before", "after"]
_Answer = TypeVar("_Answer")


class Killed(BaseException):
    """The process is gone: no ``except Exception`` of the product sees it."""


@dataclass(frozen=True)
class Cut:
    """Dies at call number ``call`` (from 1): before it is sent, or after it took effect and before the answer."""

    call: int
    when: When


@dataclass
class Process:
    """One invocation of one handler."""

    name: str
    cut: Cut | None
    calls: list[str] = field(default_factory=list)
    dead: bool = False


@dataclass
class Knife:
    """Counts the AWS calls of processes, and kills the one that ``choose`` names a cut for.

    Attributes:
        choose: Asked at the start of each process, with its name.
        longest: The calls of that process of a name that made the most.
        kills: How many died.
    """

    choose: Callable[[str], Cut | None] = lambda _: None
    longest: dict[str, list[str]] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)
    sent_events: list[dict[str, Any]] = field(default_factory=list)
    _stack: list[Process] = field(default_factory=list)

    def attach(self) -> None:
        """Hook into every client that handlers use."""
        for client in (
            clients.s3(),
            clients.dynamodb(),
            clients.sqs(),
            clients.events(),
            clients.cloudfront(),
            clients.sts(),
        ):
            client.meta.events.register("before-call", self._before)
            client.meta.events.register("after-call", self._after)

    @contextmanager
    def process(self, name: str) -> Iterator[None]:
        """What runs inside is one process."""
        process = Process(name, self.choose(name))
        self._stack.append(process)
        try:
            yield
        finally:
            self._stack.pop()
            self.longest[name] = max(self.longest.get(name, []), process.calls, key=len)

    def call(self, name: str, do: Callable[[], _Answer]) -> _Answer:
        """A call to what moto has not."""
        self._begin(name)
        answer = do()
        self._cut("after")
        return answer

    def _begin(self, name: str) -> None:
        if self._stack:
            process = self._stack[-1]
            if process.dead:
                raise Killed  # Python would clean up behind an exception; a process that is gone does not
            process.calls.append(name)
        self._cut("before")

    def _before(self, model: Any, params: dict[str, Any], **_: Any) -> None:
        self._begin(model.name)
        if model.name == "PutEvents":
            self.sent_events.append(params)

    def _after(self, **_: Any) -> None:
        self._cut("after")

    def _cut(self, when: When) -> None:
        process = self._stack[-1] if self._stack else None
        if process and process.cut == Cut(len(process.calls), when):
            process.cut, process.dead = None, True
            self.kills[process.name] += 1
            raise Killed


class Cognito(FakeIdentity):
    """Accounts in memory, each of whose methods is a call that a process may die at."""

    def __init__(self, knife: Knife) -> None:
        """Nobody is known yet."""
        super().__init__()
        self._knife = knife

    def __getattribute__(self, name: str) -> Any:
        """A method goes by way of the knife."""
        found = super().__getattribute__(name)
        if name.startswith("_") or not callable(found):
            return found
        return lambda *args: self._knife.call(name, partial(found, *args))


def cuts_at_random(random: Random, share: float) -> Callable[[str], Cut | None]:
    """Kills ``share`` of all processes, at any of their first six calls."""

    def choose(_: str) -> Cut | None:
        if random.random() >= share:
            return None
        return Cut(random.randint(1, 6), random.choice(("before", "after")))

    return choose
