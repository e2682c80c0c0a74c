"""An operator who brings a model into service, and whose process may die at any of its steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lumenstock import bootstrap
from lumenstock.ingest.model_rollout import ModelRollout
from lumenstock.ingest.reindex import Reached
from lumenstock.search.pointer import Pointer
from lumenstock.search.ports import Change
from lumenstock.search.rolling import RollingIndex
from lumenstock.search.rollout import Place, Rollout
from lumenstock.search.upkeep import Portion, Source
from tests.unit.search.clocks import StandingClock
from tests.unit.search.rollouts import CarelessIndex, Record

OLD, NEW = "demo@1", "demo@2"


class KilledError(Exception):
    """The process died here."""


class Operator:
    """An operator's process beside one that serves; it dies at the call number ``dies_at``."""

    def __init__(self) -> None:
        self.dies_at = self.calls = 0
        self.record = DyingRecord(self)
        self.places = {place: DyingIndex(self) for place in Place}
        self.clock = StandingClock()
        self.rested: list[float] = []
        self.reached: list[Reached] = []
        self.index = RollingIndex(
            Pointer(self.record, self.clock), lambda place: self.places[place], bootstrap.catalog()
        )
        self.rollout = ModelRollout(self.record, bootstrap.catalog(), self.index, self.clock, self.pause)

    def step(self) -> None:
        self.calls += 1
        if self.calls == self.dies_at:
            raise KilledError

    def pause(self, seconds: float) -> None:
        self.step()
        self.rested.append(seconds)
        self.clock.move(seconds)

    def do(self, command: str) -> None:
        {
            "start": lambda: self.rollout.start(OLD, NEW),
            "fill": lambda: self.rollout.fill(self.reached.append),
            "compare": lambda: self.rollout.compare(5),
            "swap": self.rollout.swap,
            "roll back": self.rollout.roll_back,
            "finish": self.rollout.finish,
        }[command]()


class DyingRecord(Record):
    def __init__(self, operator: Operator) -> None:
        super().__init__()
        self.operator = operator

    def write(self, successor: Rollout) -> None:
        self.operator.step()
        super().write(successor)
        self.operator.step()


class DyingIndex(CarelessIndex):
    def __init__(self, operator: Operator) -> None:
        super().__init__()
        self.operator = operator

    def rebuild(self, changes: Iterable[Change]) -> int:
        self.operator.step()
        taken = super().rebuild(changes)
        self.operator.step()
        return taken

    def refill(self, source: Source) -> None:
        def dying(bookmark: str | None) -> Iterator[Portion]:
            for portion in source(bookmark):
                self.operator.step()
                yield portion

        super().refill(dying)
        self.operator.step()
