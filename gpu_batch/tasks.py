"""What the job works on: batches of tasks from a source, in three steps that run at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from lumenstock.ingest.embed_batch import Outcome
from lumenstock.ingest.embed_message import EmbedRequest
from lumenstock.ingest.picture_vectors import Each, Picture


@dataclass(frozen=True, slots=True)
class Task:
    """One request.

    Attributes:
        receipt: What its source knows it by.
        receives: How often it was taken, this time included.
    """

    request: EmbedRequest
    receipt: str
    receives: int = 1


class Source(Protocol):
    """Where tasks come from. All methods may be called from several threads."""

    def take(self) -> Sequence[Task]:
        """The next batch, at most 32; none when there is no more, or the job is to stop."""
        ...

    def finish(self, tasks: Sequence[Task], outcomes: Sequence[Outcome]) -> None:
        """Note what became of tasks: what is done never comes again, the rest comes later."""
        ...

    def give_back(self, tasks: Sequence[Task]) -> None:
        """Let others have tasks at once that nothing was done of."""
        ...


class Pictures(Protocol):
    """A batch that is read."""

    @property
    def pictures(self) -> Sequence[Picture]:
        """What the model will embed."""
        ...


ReadT = TypeVar("ReadT", bound=Pictures)
EncodedT = TypeVar("EncodedT")


class Steps(Protocol[ReadT, EncodedT]):
    """The work on a batch. Doing a step again changes nothing."""

    def read(self, requests: Sequence[EmbedRequest], each: Each = map) -> ReadT:
        """Read rows and decode pictures."""
        ...

    def encode(self, batch: ReadT) -> EncodedT:
        """Embed: what the GPU does."""
        ...

    def write(self, batch: EncodedT) -> list[Outcome]:
        """Write what was found; the outcome of each request."""
        ...
