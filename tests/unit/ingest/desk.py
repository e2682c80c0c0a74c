"""A dead-letter queue on moto, and what a run of the mover makes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from lumenstock import bootstrap
from lumenstock.adapters.aws.queues import SqsQueue
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.ingest.redrive import Fate, Notice, Redriver, Request
from tests.conftest import Stores


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is waited for."""
    monkeypatch.setattr("lumenstock.ingest.redrive._WAIT_S", 0)


@dataclass
class Desk:
    """A dead-letter queue and the queue it belongs to."""

    stores: Stores
    letters: SqsQueue
    queue_url: str
    request_of: Callable[[str], Request | Notice | None]
    turns: list[int] = field(default_factory=list)

    def redriver(self, letters: SqsQueue | None = None) -> Redriver:
        return Redriver(
            letters or self.letters,
            SqsQueue(self.stores.sqs, self.queue_url),
            bootstrap.catalog(),
            self.request_of,
            clock=bootstrap.clock(),
            pace=lambda: self.turns.append(1),
        )

    def fates(self, **how: Any) -> Counter[Fate]:
        return Counter(finding.fate for finding in self.redriver().run(**how))

    def sent(self) -> list[dict[str, Any]]:
        return self.stores.messages(self.queue_url)

    def status(self, row: Image) -> Status:
        return bootstrap.catalog().get(row.id).status
