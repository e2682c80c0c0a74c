"""What is left to do for a file, by what the ledger remembers and what the server says now."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from pydantic import TypeAdapter

from cli.client import Client
from cli.ledger import Entry, Ledger, Stage
from cli.outcome import Outcome, outcome_of
from cli.responses import ImageStatus, StatusReason, UploadState
from lumenstock.catalog.reasons import ReasonCode
from lumenstock.catalog.states import Status
from lumenstock.kernel.errors import NotFoundError, PreconditionFailedError

_GONE = frozenset({Status.EXPIRED, Status.DELETED})
REASONS = TypeAdapter(tuple[StatusReason, ...])


@dataclass(frozen=True, slots=True)
class Announce:
    """Ask where to send it, with this Idempotency-Key."""

    key: str


@dataclass(frozen=True, slots=True)
class GoOn:
    """Send the parts that are missing."""

    upload: UploadState


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is left to send; it is being processed. ``is_known``: it was there before this call."""

    image_id: str
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to do."""

    image_id: str
    outcome: Outcome
    reasons: tuple[StatusReason, ...] = ()


Step = Announce | GoOn | Wait | Done


class Resumption:
    """Decides on the next step. It asks the server only about files that an earlier call announced."""

    def __init__(self, client: Client, ledger: Ledger, *, believing: bool) -> None:
        """Believe the ledger about what has ended, or ask (a picture may have been deleted since)."""
        self._client = client
        self._ledger = ledger
        self._believing = believing

    def next_step(self, sha256: bytes, content_type: str) -> Step:
        """What to do for the file with this content, that is to go as ``content_type``.

        Raises:
            LumenstockError: The server refused to say, or failed.
        """
        entry = self._ledger.want(sha256, new_key())
        if entry.image_id is None:
            return Announce(entry.key)
        step = self._step(sha256, entry, entry.image_id)
        if isinstance(step, GoOn) and entry.content_type not in {content_type, None}:
            return self.again(sha256, entry.key)
        if isinstance(step, Done) and is_cured_by(content_type, entry, step.reasons):
            return self.again(sha256, entry.key)
        return step

    def reasons(self, image_id: str) -> tuple[StatusReason, ...]:
        """Why a picture waits or was refused, if so."""
        status = self._status(image_id)
        return tuple(status.reasons) if status else ()

    def meant(self, step: Done) -> Done:
        """What becomes of a picture that waits for looking like another, now that both are meant.

        Raises:
            LumenstockError: The server refused, or failed.
        """
        if not _waits_for_its_like(step.outcome, step.reasons):
            return step
        status = self._status(step.image_id)
        if status and _waits_for_its_like(outcome_of(status), status.reasons):
            with suppress(PreconditionFailedError):  # what it is by now counts
                self._client.allow_near_duplicate(step.image_id, status.version)
            status = self._status(step.image_id)
        outcome = outcome_of(status) if status else None
        return Done(step.image_id, outcome, tuple(status.reasons)) if status and outcome else step

    def _step(self, sha256: bytes, entry: Entry, image_id: str) -> Step:
        if entry.stage is Stage.ANNOUNCED and entry.upload_id:
            return self._in_parts(sha256, entry, entry.upload_id)
        if self._believing and entry.outcome and entry.outcome != Outcome.PROCESSING_FAILED:
            return _as_remembered(image_id, entry.outcome, entry.reasons)
        return self._by_status(sha256, entry, image_id)

    def again(self, sha256: bytes, key: str) -> Announce:
        """Begin anew: what ``key`` announced leads nowhere."""
        return Announce(self._ledger.want(sha256, new_key(), instead_of=key).key)

    def _in_parts(self, sha256: bytes, entry: Entry, upload_id: str) -> Step:
        try:
            upload = self._client.upload_state(upload_id)
        except NotFoundError:
            return self.again(sha256, entry.key)
        if upload.status == "open":
            return GoOn(upload)
        return Wait(upload.image_id) if upload.status == "completed" else self.again(sha256, entry.key)

    def _by_status(self, sha256: bytes, entry: Entry, image_id: str) -> Step:
        status = self._status(image_id)
        if status is None or status.status in _GONE:
            return self.again(sha256, entry.key)
        if status.status is Status.UPLOADING and entry.stage is Stage.ANNOUNCED:
            return Announce(entry.key)
        if status.status is Status.PROCESSING_FAILED:
            # The file is there: a second try costs no byte. One key a version, so that a repeat is one try.
            self._client.retry_processing(image_id, idempotency_key=f"{entry.key}-{status.version}")
            return Wait(image_id)
        outcome = outcome_of(status)
        return _done(image_id, outcome, tuple(status.reasons)) if outcome else Wait(image_id)

    def _status(self, image_id: str) -> ImageStatus | None:
        try:
            return self._client.status(image_id)[0]
        except NotFoundError:
            return None


def is_cured_by(content_type: str, entry: Entry, reasons: Iterable[StatusReason]) -> bool:
    """Whether a file that was refused for the type it was announced as is another one as ``content_type``."""
    codes = {reason.code for reason in reasons}
    return ReasonCode.TYPE_MISMATCH in codes and entry.content_type != content_type


def _waits_for_its_like(outcome: Outcome | None, reasons: Iterable[StatusReason]) -> bool:
    is_good = outcome is not None and outcome.good
    return is_good and ReasonCode.NEAR_DUPLICATE in {reason.code for reason in reasons}


def new_key() -> str:
    """An Idempotency-Key."""
    return str(uuid.uuid4())


def _as_remembered(image_id: str, outcome: str, reasons: str | None) -> Done:
    return _done(image_id, Outcome(outcome), REASONS.validate_json(reasons) if reasons else ())


def _done(image_id: str, outcome: Outcome, reasons: tuple[StatusReason, ...]) -> Done:
    return Done(image_id, Outcome.ALREADY_THERE if outcome.good else outcome, reasons)
