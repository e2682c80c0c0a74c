"""A change of the model, as a record that everybody reads: which model answers, and which one is on its way.

There are two places for an index. One answers; in the other one grows the index of the next model, fed by the
same writes. An index holds the vectors of one model only, so a query never meets those of two.

    open → filled → compared → swapped ⇄ rolled back
      └───────┴─────────┴──────────┴──────────┴───→ closing → closed → open …

Whatever was reached, ``closing`` ends it: the model that answers then stays, the other index goes. What is
embedded after all goes back to ``open``, since the index has to be filled again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from lumenstock.kernel.errors import ConflictError


class Place(StrEnum):
    """Where an index is kept."""

    FIRST = "first"
    SECOND = "second"

    @property
    def other(self) -> Place:
        """The place beside it."""
        return Place.SECOND if self is Place.FIRST else Place.FIRST


class State(StrEnum):
    """How far a rollout is.

    ``open``: both indices are written to, and vectors of the new model are made. ``filled``: the new index
    holds everything. ``compared``: an operator has seen how the two answer. ``swapped``: the new model
    answers. ``rolled_back``: it did, and the old one does again. ``closing``: one index is about to go.
    """

    OPEN = "open"
    FILLED = "filled"
    COMPARED = "compared"
    SWAPPED = "swapped"
    ROLLED_BACK = "rolled_back"
    CLOSING = "closing"
    CLOSED = "closed"


_NEXT: dict[State, frozenset[State]] = {
    State.OPEN: frozenset({State.FILLED, State.CLOSING}),
    State.FILLED: frozenset({State.OPEN, State.COMPARED, State.CLOSING}),
    State.COMPARED: frozenset({State.OPEN, State.FILLED, State.SWAPPED, State.CLOSING}),
    State.SWAPPED: frozenset({State.ROLLED_BACK, State.CLOSING}),
    State.ROLLED_BACK: frozenset({State.OPEN, State.FILLED, State.SWAPPED, State.CLOSING}),
    State.CLOSING: frozenset({State.CLOSED}),
    State.CLOSED: frozenset(),  # but for the next rollout
}


@dataclass(frozen=True, slots=True)
class Edition:
    """The index of one model.

    Attributes:
        model: ``name@version``.
    """

    model: str
    place: Place


@dataclass(frozen=True, slots=True)
class Rollout:
    """The one record. Each change makes its successor, and only of the record that was read.

    Attributes:
        version: From 1; of a successor one more.
        serving: What answers.
        other: The index beside it: of the model to come, or after a swap of the one that was. None when
            closed.
        since: When this state was reached.
    """

    version: int
    state: State
    serving: Edition
    other: Edition | None
    since: datetime

    @property
    def candidate(self) -> str | None:
        """The model that this rollout is about, while it is; None when closed."""
        if self.other is None:
            return None
        return self.serving.model if self.state is State.SWAPPED else self.other.model

    @property
    def fed(self) -> tuple[Edition, ...]:
        """The indices that every write goes to."""
        if self.other is None or self.state is State.CLOSING:
            return (self.serving,)
        return (self.serving, self.other)

    def moved(self, state: State, now: datetime) -> Rollout:
        """The successor in ``state``; the record itself when it is there already.

        Raises:
            ConflictError: There is no such step.
        """
        if state is self.state:
            return self
        if state not in _NEXT[self.state]:
            steps = ", ".join(sorted(_NEXT[self.state])) or "another rollout"
            message = f"The rollout is {self.state}. From there it can be {steps}, but not {state}."
            raise ConflictError(message)
        serving, other = self.serving, self.other
        if State.SWAPPED in {state, self.state} and state is not State.CLOSING and other is not None:
            serving, other = other, serving
        if state is State.CLOSED:
            other = None
        return replace(self, version=self.version + 1, state=state, serving=serving, other=other, since=now)


def opened(present: Rollout | None, serving: str, candidate: str, now: datetime) -> Rollout:
    """The record when a rollout of ``candidate`` begins; ``present`` itself where that has begun already.

    Args:
        present: The record as it is; None before the first rollout of a stage.
        serving: ``name@version`` of the model that answers where nothing is recorded yet.
        candidate: ``name@version`` of the model to come.
        now: The time.

    Raises:
        ConflictError: Another rollout is not closed yet, or that model answers already.
    """
    if present is not None and present.state is not State.CLOSED:
        if present.candidate == candidate and present.state is not State.CLOSING:
            return present
        message = f"The rollout of {present.candidate} is {present.state}: finish it first."
        raise ConflictError(message)
    answers = present.serving if present else Edition(serving, Place.FIRST)
    if answers.model == candidate:
        message = f"{candidate} answers already."
        raise ConflictError(message)
    version = present.version + 1 if present else 1
    return Rollout(version, State.OPEN, answers, Edition(candidate, answers.place.other), now)


class RolloutStore(Protocol):
    """Keeps the record."""

    def read(self) -> Rollout | None:
        """The record, strongly consistent; None before the first rollout.

        Raises:
            UnavailableError: It cannot be read at the moment.
        """
        ...

    def write(self, successor: Rollout) -> None:
        """Put ``successor`` if its predecessor is still the record. Doing it again changes nothing.

        Raises:
            VersionConflictError: Somebody else changed the record.
        """
        ...
