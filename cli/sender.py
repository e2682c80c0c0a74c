"""Brings files into the store, each from wherever an earlier run left it."""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import dataclass
from typing import Protocol

from cli.client import Client, UploadRequest
from cli.kinds import why_unsendable
from cli.ledger import Ledger, Stamp
from cli.outcome import Outcome, Result, Way, not_sent
from cli.parts import Cut, PartSender
from cli.pictures import Picture
from cli.responses import Plan, Ticket, UploadState
from cli.resumption import Announce, Done, GoOn, Resumption, Wait
from cli.storage import FileChangedError, OnBytes, Slice, Storage, StorageRefusedError
from cli.turns import Turns
from cli.watch import Sent
from lumenstock.kernel.errors import (
    AlreadyUploadedError,
    ClientError,
    ForbiddenError,
    IdempotencyKeyReusedError,
    NotAuthenticatedError,
    ServiceError,
    UnavailableError,
)

# One file that makes the service fail must not stop the others; a service that fails for all of them must.
_FAULTS_IN_A_ROW = 5


class Progress(Protocol):
    """Is told how the sending goes; called from several threads."""

    def started(self, picture: Picture, size_bytes: int, held_bytes: int) -> None:
        """The picture is about to be sent, without the bytes that the store holds already."""
        ...

    def sent(self, picture: Picture, sent_bytes: int) -> None:
        """So many of its other bytes are on their way; fewer again when some have to start over."""
        ...

    def received(self, picture: Picture) -> None:
        """The store has it; it is being processed."""
        ...


@dataclass(frozen=True, slots=True)
class _File:
    """A picture as it was read."""

    picture: Picture
    stamp: Stamp
    sha256: bytes

    @property
    def size_bytes(self) -> int:
        return self.stamp.size_bytes

    def check(self) -> None:
        """Make sure that what is on disk is what was announced."""
        if Stamp.of(self.picture.path) != self.stamp:
            raise FileChangedError(self.picture.path)


class Sender:
    """Sends files, each once. Safe to call from many threads, for one content too."""

    def __init__(
        self,
        client: Client,
        storage: Storage,
        ledger: Ledger,
        parts: PartSender,
        progress: Progress,
        *,
        believing: bool = False,
    ) -> None:
        """Send with ``client``, ``storage`` and ``parts``; ``believing`` is that of :class:`Resumption`."""
        self._client = client
        self._storage = storage
        self._ledger = ledger
        self._parts = parts
        self._progress = progress
        self._resumption = Resumption(client, ledger, believing=believing)
        self._turns = Turns()
        self._faults = 0
        self._counting = threading.Lock()

    def send(self, picture: Picture) -> Sent | Result:
        """Bring the picture into the store, if it is not there yet.

        A picture that cannot be sent is a result; what would stop every picture is raised.

        Raises:
            NotAuthenticatedError: The session has ended.
            ForbiddenError: The account may not upload.
            ServiceError: API or store does not answer, or the API fails for one picture after the other.
        """
        started_s = time.monotonic()
        try:
            end = self._bring(picture, started_s)
        except (NotAuthenticatedError, ForbiddenError, UnavailableError):
            raise
        except (ClientError, OSError) as error:
            return not_sent(picture, error, time.monotonic() - started_s)
        except ServiceError as error:
            if self._faults_in_a_row(1) >= _FAULTS_IN_A_ROW:
                raise
            return not_sent(picture, error, time.monotonic() - started_s)
        self._faults_in_a_row(0)
        return end

    def _faults_in_a_row(self, more: int) -> int:
        with self._counting:
            self._faults = self._faults + 1 if more else 0
            return self._faults

    def _bring(self, picture: Picture, started_s: float) -> Sent | Result:
        stamp = Stamp.of(picture.path)
        if why := why_unsendable(picture.path, stamp.size_bytes):
            seconds = time.monotonic() - started_s
            return Result(picture, Outcome.NOT_SENT, seconds, reasons=(why,))
        file = _File(picture, stamp, self._digest(picture, stamp))
        with self._turns.of(file.sha256):
            step = self._resumption.next_step(file.sha256, picture.content_type)
            sent_bytes = 0
            if isinstance(step, Announce):
                step, sent_bytes = self._announced(file, step.key)
            elif isinstance(step, GoOn):
                step, sent_bytes = self._in_parts(file, step.upload)
            if isinstance(step, Done) and picture.allow_near_duplicate:
                step = self._resumption.meant(step)
        now_s = time.monotonic()
        was = Way(file.sha256, file.size_bytes, sent_bytes)
        if isinstance(step, Wait):
            return Sent(picture, step.image_id, started_s, now_s, was, step.is_known)
        return Result(picture, step.outcome, now_s - started_s, step.image_id, step.reasons, was)

    def _digest(self, picture: Picture, stamp: Stamp) -> bytes:
        known = self._ledger.digest(picture.path, stamp)
        if known is None:
            with picture.path.open("rb") as source:
                known = hashlib.file_digest(source, "sha256").digest()
            self._ledger.remember(picture.path, stamp, known)
        return known

    def _announced(self, file: _File, key: str) -> tuple[Wait | Done, int]:
        try:
            key, ticket = self._ticket(file, key)
        except AlreadyUploadedError as known:
            image_id = str(known.members["imageId"])
            # Only whoever means to have both has a use for why it waits, and pays a call for that.
            why = self._resumption.reasons(image_id) if file.picture.allow_near_duplicate else ()
            return Done(image_id, Outcome.ALREADY_THERE, why), 0
        if isinstance(ticket, Plan):
            self._ledger.announced(file.sha256, ticket.image_id, ticket.upload_id, file.picture.content_type)
            return self._in_parts(file, ticket)
        self._ledger.announced(file.sha256, ticket.image_id, None, file.picture.content_type)
        return self._whole(file, key, ticket), file.size_bytes

    def _ticket(self, file: _File, key: str) -> tuple[str, Ticket | Plan]:
        picture = file.picture
        request = UploadRequest(
            filename=picture.name,
            content_type=picture.content_type,
            size_bytes=file.size_bytes,
            title=picture.title,
            description=picture.description,
            tags=picture.tags,
            categories=picture.categories,
            sha256=file.sha256,
            allow_near_duplicate=picture.allow_near_duplicate,
        )
        try:
            return key, self._client.create_upload(request, idempotency_key=key)
        except IdempotencyKeyReusedError:
            # An earlier run said other words about it, and was killed before it heard the answer.
            key = self._resumption.again(file.sha256, key).key
            return key, self._client.create_upload(request, idempotency_key=key)

    def _whole(self, file: _File, key: str, ticket: Ticket) -> Wait:
        self._progress.started(file.picture, file.size_bytes, 0)
        try:
            self._storage.put(Slice(file.picture.path, 0, file.size_bytes), ticket, self._counter(file))
        except StorageRefusedError:
            self._resumption.again(file.sha256, key)  # the next call asks for another address
            raise
        return self._received(file, ticket.image_id)

    def _in_parts(self, file: _File, upload: Plan | UploadState) -> tuple[Wait, int]:
        cut = Cut(file.picture.path, file.size_bytes, upload.part_size, upload.part_count)
        missing = cut.missing(upload.parts)
        sent_bytes = sum(cut.piece(number).size_bytes for number in missing)
        self._progress.started(file.picture, file.size_bytes, file.size_bytes - sent_bytes)
        self._parts.send(upload.upload_id, cut, missing, self._counter(file))
        file.check()
        self._client.complete_upload(upload.upload_id)
        return self._received(file, upload.image_id), sent_bytes

    def _counter(self, file: _File) -> OnBytes:
        return lambda count: self._progress.sent(file.picture, count)

    def _received(self, file: _File, image_id: str) -> Wait:
        self._ledger.sent(file.sha256, image_id)
        self._progress.received(file.picture)
        return Wait(image_id, is_known=False)
