"""Processes that die in the middle of an AWS call: hooks of botocore, in the test and nowhere in the product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

from lumenstock.adapters.aws import clients

When = Literal["before", "after"]


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

    def _before(self, model: Any, params: dict[str, Any], **_: Any) -> None:
        if self._stack:
            process = self._stack[-1]
            if process.dead:
                raise Killed  # Python would clean up behind an exception; a process that is gone does not
            process.calls.append(model.name)
        self._cut("before")
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


def cuts_at_random(random: Random, share: float) -> Callable[[str], Cut | None]:
    """Kills ``share`` of all processes, at any of their first six calls."""

    def choose(_: str) -> Cut | None:
        if random.random() >= share:
            return None
        return Cut(random.randint(1, 6), random.choice(("before", "after")))

    return choose
