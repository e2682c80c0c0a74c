"""One image, the real use cases on it in any order, and another writer between any read and its write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from lumenstock.catalog.decision import Actor, Decision, Ruling
from lumenstock.catalog.image import Image
from lumenstock.catalog.marks import MarkId
from lumenstock.catalog.purge import Purge
from lumenstock.catalog.reasons import ReasonCode
from lumenstock.catalog.states import Status
from lumenstock.imaging.formats import Format
from lumenstock.imaging.renditions import Encoding
from lumenstock.imaging.rights import Rights
from lumenstock.ingest import refusals
from lumenstock.ingest.amend import Amendments
from lumenstock.ingest.failure import failed
from lumenstock.ingest.moderation import Moderation, Verdict
from lumenstock.ingest.plan import Checked, Derived, Plan
from lumenstock.ingest.purging import Purger
from lumenstock.ingest.record import record
from lumenstock.ingest.redrive import Redriver
from lumenstock.ingest.review import ReviewPolicy, held
from lumenstock.ingest.sweep import Patience, Sweeper
from lumenstock.ingest.upload import reopen_processing
from lumenstock.kernel.errors import ClientError, NotFoundError
from lumenstock.kernel.ids import ImageId
from tests.edge import RememberingEdge
from tests.model.reference import NOTHING, OPERATIONS, REFUSED, Answer, Next, differences, expected
from tests.unit.search.images import CREATED, image

LATE = CREATED + timedelta(days=9)
STEPS = 14
JOURNEY = ("take", "record", "embed", "approve", "take_down", "restore")
MODERATOR = Actor("m", "admin")
VERDICT = Verdict((ReasonCode.COPYRIGHT,))
FRESH = image(
    status=Status.UPLOADING, version=1, renditions=(), model=None, width_px=0, height_px=0, categories=()
)
HELD = replace(FRESH, held=(held(ReasonCode.MENDED, "Mended."),))
PATIENCE = Patience(timedelta(minutes=10), timedelta(hours=1), timedelta(hours=1))
AUTO, ALL = ReviewPolicy("auto", approve_unscored=True), ReviewPolicy("all", approve_unscored=True)


def _checked(rev: int) -> Checked:
    plan = Plan(
        key=FRESH.source.key,
        version_id=None,
        rev=rev,
        media_key=FRESH.media_key,
        sha256="ab" * 32,
        format=Format.JPEG,
        width_px=400,
        height_px=300,
        groups=(("300",),),
        marked=("preview",),
        encodings=(Encoding.WEBP,),
        rights=Rights("Ann", "© 2026 Ann", "https://market.example/licence", "DMI-PROHIBITED"),
        mark=MarkId("ab" * 6),
    )
    return Checked(ok=True, image_id=FRESH.id, rev=rev, plan=plan)


CHECKED = {rev: _checked(rev) for rev in range(1, STEPS + 3)}
DERIVED = (Derived(ok=True, renditions=("300", "preview")),)
BROKEN = (refusals.damaged(),)


class Row:
    """The one row: read, and written if nobody was faster. Between the two, somebody may be."""

    def __init__(self, first: Image, meanwhile: Callable[[], None]) -> None:
        self.row = first
        self.read = first
        self.writes: list[tuple[Image, Image]] = []
        self.decisions: list[Decision] = []
        self.sent = 0
        self.overtaken: Status | None = None
        self._meanwhile = meanwhile

    def get(self, _: ImageId) -> Image:
        self.read = self.row
        return self.row

    def update(
        self, image_id: ImageId, change: Callable[[Image], Image | None], *, seen: Image | None = None
    ) -> Image:
        while True:
            present, seen = seen or self.get(image_id), None
            successor = change(present)
            if successor is None:
                return present
            if self._written(present, successor):
                return successor

    def decide(self, image_id: ImageId, rule: Callable[[Image], Ruling | None]) -> Image:
        while True:
            present = self.get(image_id)
            ruling = rule(present)
            if ruling is None:
                return present
            if self._written(present, ruling.image):
                self.decisions.append(ruling.decision)
                return ruling.image

    def _written(self, present: Image, successor: Image) -> bool:
        self._meanwhile()
        if self.row.version != present.version:
            self.overtaken = present.status
            return False
        self.row = successor
        self.writes.append((present, successor))
        return True

    def history(self, _: ImageId) -> list[Decision]:
        return self.decisions[::-1]

    def purges(self, _: ImageId) -> list[Purge]:
        return []

    def waiting(self, status: Status, before: datetime) -> Iterator[ImageId]:
        if self.row.status is status and self.row.entered_at < before:
            yield self.row.id

    def send(self, _: object) -> None:
        self.sent += 1

    def head(self, key: str, _: str | None = None) -> None:
        raise NotFoundError(key)

    def now(self) -> datetime:
        return LATE


class Rules:
    """A world of rules: an image and what is done to it, by a seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.faults: list[str] = []
        self._nested = False
        self._rev = 1
        self._by_moderator = False
        self._policy = self.random.choice((AUTO, ALL))
        self._row = Row(self.random.choice((FRESH, HELD)), self._meanwhile)
        row: Any = self._row  # it has of each store what these use cases ask
        common: dict[str, Any] = {"clock": row, "random_bytes": self.random.randbytes}
        purger = Purger(row, {}, RememberingEdge)
        self._moderation = Moderation(row, purger, row.send, **common)
        self._amendments = Amendments(
            row, purger, row.send, row, self._policy, **common, keep_original=timedelta(0)
        )
        self._redriver = Redriver(row, row, row, lambda _: None, clock=row, pace=lambda: None)
        self._sweeper = Sweeper(row, row, row.send, PATIENCE)
        self._store = row

    def run(self) -> list[str]:
        """Take all steps; what was wrong."""
        for _ in range(STEPS):
            self._step(self._chosen())
        return self.faults

    def _chosen(self) -> str:
        """Any operation; every other time one that has something to do, so that worlds go far."""
        if self.random.random() < 0.5:
            return self.random.choice(OPERATIONS)
        row, rev = self._row.row, self._rev
        able = [one for one in OPERATIONS if isinstance(self._allowed(one, row, rev), Next)]
        onwards = [one for one in able if one in JOURNEY and self.random.random() < 0.7]
        return self.random.choice(onwards or able or OPERATIONS)

    def _meanwhile(self) -> None:
        if not self._nested and self.random.random() < 0.15:
            self._nested = True
            self._step(self.random.choice(OPERATIONS))
            self._nested = False

    def _step(self, operation: str) -> None:
        row = self._row
        outer, row.writes, row.read = row.writes, [], row.row
        row.overtaken = None
        if self.random.random() < 0.7:
            self._rev = row.row.rev  # a new run begins; others go on with the revision that they saw
        rev = self._rev
        refused = False
        try:
            getattr(self, f"_{operation}")(rev)
        except ClientError:
            refused = True
        if row.writes:
            ((before, after),) = row.writes
            allowed = self._allowed(operation, before, rev)
            if operation == "sweep" and row.overtaken is before.status:
                self.faults.append("the sweeper ended what had just changed")
            if not isinstance(allowed, Next):
                self.faults.append(f"{operation} wrote {before.status} → {after.status}, but {allowed}")
            else:
                self.faults += [f"{operation}: {wrong}" for wrong in differences(before, after, allowed)]
            if after.status is Status.REJECTED:
                self._by_moderator = operation == "reject"
        else:
            allowed = self._allowed(operation, row.read, rev)
            wanted = REFUSED if refused else NOTHING
            gave_way = (
                operation == "sweep" and row.overtaken is not None
            )  # it ends only what stands as it was seen
            if allowed is not wanted and not self._is_repeat(operation) and not gave_way:
                self.faults.append(f"{operation} on {row.read.status}: {wanted}, not {allowed}")
        row.writes = outer

    def _allowed(self, operation: str, row: Image, rev: int) -> Next | Answer:
        return expected(
            operation, row, rev, by_moderator=self._by_moderator, review_all=self._policy.review == "all"
        )

    def _is_repeat(self, operation: str) -> bool:
        """Whether this very decision was the last one: it may be asked for twice."""
        decisions = self._row.decisions
        return bool(decisions) and decisions[-1].action == operation

    def _take(self, _: int) -> None:
        def begin(present: Image) -> Image | None:
            return present.moved(Status.PROCESSING, LATE) if present.status is Status.UPLOADING else None

        self._row.update(FRESH.id, begin)

    def _record(self, rev: int) -> None:
        record(self._store, self._store, CHECKED[rev], DERIVED, LATE)

    def _refuse(self, rev: int) -> None:
        refused = Checked(ok=False, image_id=FRESH.id, rev=rev, reasons=BROKEN)
        record(self._store, self._store, refused, (), LATE)

    def _embed(self, rev: int) -> None:
        def annotated(present: Image) -> Image | None:
            if present.status is not Status.PROCESSING or present.rev != rev or not present.renditions:
                return None
            status, reasons = self._policy.decide(present, None)
            return present.moved(status, LATE, reasons=reasons)

        self._row.update(FRESH.id, annotated)

    def _fail(self, _: int) -> None:
        self._row.update(FRESH.id, lambda present: failed(present, LATE))

    def _sweep(self, _: int) -> None:
        self._sweeper.sweep(LATE + timedelta(hours=2))

    def _redrive(self, _: int) -> None:
        self._row.update(FRESH.id, self._redriver._reopened)

    def _retry(self, _: int) -> None:
        reopen_processing(self._store, self._row.send, FRESH.id, now=LATE)

    def _approve(self, _: int) -> None:
        self._moderation.approve(FRESH.id, None, MODERATOR)

    def _reject(self, _: int) -> None:
        self._moderation.reject(FRESH.id, None, MODERATOR, VERDICT)

    def _take_down(self, _: int) -> None:
        self._moderation.take_down(FRESH.id, MODERATOR, VERDICT)

    def _restore(self, _: int) -> None:
        self._moderation.restore(FRESH.id, MODERATOR)

    def _appeal(self, _: int) -> None:
        self._amendments.appeal(FRESH.id, FRESH.contributor_id, f"Please {self.random.random()}")

    def _delete(self, _: int) -> None:
        self._amendments.delete(FRESH.id, FRESH.contributor_id, None)
