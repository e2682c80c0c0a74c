"""A new revision of what is stored: public files made anew from the original, then switched to in one write.

An image stays in its state and shows its old files until the new ones are there. Nobody waits for a
backfill, and one that dies half-way leaves files that nothing points to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from lumenstock.catalog.decision import Action, Actor, DecisionStore, Ruling, entry
from lumenstock.catalog.image import Image, developed_key
from lumenstock.catalog.marks import MarkOwner, MarkRegistry, payload_of
from lumenstock.catalog.purge import LATE_WRITERS, Purge, Purged
from lumenstock.catalog.reasons import Reason
from lumenstock.catalog.states import Status
from lumenstock.catalog.store import CatalogStore
from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.errors import DecoderLimitError
from lumenstock.imaging.invisible_mark import MarkKey
from lumenstock.ingest import refusals
from lumenstock.ingest.checks import FileLimits, check_examination
from lumenstock.ingest.derive import derive
from lumenstock.ingest.describe import describe
from lumenstock.ingest.develop import develop
from lumenstock.ingest.embed_message import EmbedRequest, make_message
from lumenstock.ingest.plan import Checked, Derived, Plan, Publishing, make_plan, stated_rights
from lumenstock.ingest.ports import Derivatives, DevelopedPictures, Originals, Outbox
from lumenstock.ingest.record import all_reasons, names_of
from lumenstock.kernel.clock import Clock
from lumenstock.kernel.errors import VersionConflictError
from lumenstock.kernel.ids import ImageId

# The others are in the pipeline's hands, or show nothing that could be made anew.
REVISABLE = frozenset({Status.APPROVED, Status.PENDING_REVIEW})
# Pages and search results that were given out before the switch name the old files.
_KEEP_OLD = timedelta(days=1)


class Outcome(StrEnum):
    """What became of an image in a backfill."""

    REVISED = "revised"
    ALREADY = "already"
    LEFT_ALONE = "left_alone"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Revised:
    """The outcome, the row as it now stands, and all reasons where the original was refused."""

    outcome: Outcome
    image: Image
    reasons: tuple[Reason, ...] = ()


class StoredOriginals(Originals, DevelopedPictures, Protocol):
    """The originals, and what is made of camera raw beside them."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """What public files are made with: buckets, decoder, and the rules of the stage."""

    originals: StoredOriginals
    derivatives: Derivatives
    decoder: Decoder
    limits: FileLimits
    publishing: Publishing
    marks: MarkRegistry
    mark_key: Callable[[], MarkKey]


class Reviser:
    """Makes new revisions. Doing one again in the same backfill, or two at the same time, makes one."""

    def __init__(
        self,
        catalog: CatalogStore,
        decisions: DecisionStore,
        workshop: Workshop,
        embed_bulk: Outbox,
        clock: Clock,
    ) -> None:
        """Write rows by ``decisions``, tell ``embed_bulk`` of every new revision."""
        self._catalog = catalog
        self._decisions = decisions
        self._shop = workshop
        self._embed_bulk = embed_bulk
        self._clock = clock

    def revise(self, image_id: ImageId, backfill: str) -> Revised:
        """Make the next revision of an image, unless this backfill made one already.

        Args:
            image_id: Of any image: one that is not shown is left alone.
            backfill: Id that all tasks and repeats of one backfill share.

        Raises:
            NotFoundError: There is no such image, or its original is gone.
            VersionConflictError: The image changed meanwhile; try again.
        """
        image = self._catalog.get(image_id)
        if image.backfill == backfill:
            return self._already(image)
        if image.status not in REVISABLE:
            return Revised(Outcome.LEFT_ALONE, image)
        checked = self._planned(image)
        if checked.plan is None:
            return Revised(Outcome.REFUSED, image, checked.reasons)
        derived = self._derived(checked.plan)
        if reasons := all_reasons(checked, derived):
            return Revised(Outcome.REFUSED, image, reasons)
        describe(self._catalog, self._shop.originals, self._shop.decoder, image_id, checked.plan)
        switched = self._switched(image, checked.plan, names_of(derived), backfill)
        self._ask_for_vector(switched)
        return Revised(Outcome.REVISED, switched)

    def _already(self, image: Image) -> Revised:
        """Nothing to make; whoever made it may have died before the embedding was told."""
        vector = self._catalog.get_vector(image.id, image.model) if image.model else None
        if vector is None or vector.rev < image.rev:
            self._ask_for_vector(image)
        return Revised(Outcome.ALREADY, image)

    def _ask_for_vector(self, image: Image) -> None:
        self._embed_bulk.send(make_message(EmbedRequest(image.id, image.rev)))

    def _planned(self, image: Image) -> Checked:
        """The plan of the next revision by the rules of today; without one, why the original is refused."""
        shop, rev = self._shop, image.rev + 1
        with TemporaryDirectory(prefix="revise-") as folder:
            path = Path(folder, "original")
            shop.originals.download(image.source.key, path, image.source.version_id)
            size_bytes = path.stat().st_size
            try:
                found = shop.decoder.examine(path)
            except DecoderLimitError:
                return Checked(ok=False, image_id=image.id, rev=rev, reasons=(refusals.decoder_limit(),))
        reasons = check_examination(found, image.source.content_type, size_bytes, shop.limits)
        if reasons or found.format is None:
            return Checked(ok=False, image_id=image.id, rev=rev, reasons=tuple(reasons))
        mark = shop.marks.claim(MarkOwner.image(image.id))
        sha256 = image.source.sha256 or ""
        plan = make_plan(replace(image, rev=rev), found.format, found.header, sha256, shop.publishing, mark)
        if plan.kind == "raw":
            return develop(
                shop.originals,
                shop.originals,
                shop.decoder,
                image.id,
                plan,
                limits=shop.limits,
                eager=shop.publishing.eager,
            )
        return Checked(ok=True, image_id=image.id, rev=rev, plan=plan)

    def _derived(self, plan: Plan) -> list[Derived]:
        shop = self._shop
        pattern = shop.mark_key().pattern(payload_of(plan.mark))
        return [
            *(derive(shop.originals, shop.derivatives, shop.decoder, plan, group) for group in plan.groups),
            derive(shop.originals, shop.derivatives, shop.decoder, plan, plan.marked, pattern),
        ]

    def _switched(self, begun: Image, plan: Plan, names: tuple[str, ...], backfill: str) -> Image:
        """The row at its new revision; the old one's files are on the list of what must go."""
        now, actor = self._clock.now(), Actor(f"backfill:{backfill}", "operator")
        licence_url = self._shop.publishing.licence_url

        def rule(present: Image) -> Ruling | None:
            if present.backfill == backfill:
                return None  # another call of this task was first
            same = (present.media_key, present.rev) == (begun.media_key, begun.rev)
            if (
                not same
                or present.status not in REVISABLE
                or stated_rights(present, licence_url) != plan.rights
            ):
                message = f"Image {present.id} changed while its new files were made."
                raise VersionConflictError(message)
            successor = present.changed(
                rev=plan.rev,
                width_px=plan.width_px,
                height_px=plan.height_px,
                renditions=names,
                backfill=backfill,
            )
            written = entry(present, successor, Action.REVISE, actor, now, note=f"revision {plan.rev}")
            return Ruling(
                successor, written, _purges(present, successor.version, now, raw=plan.kind == "raw")
            )

        return self._decisions.decide(begun.id, rule)


def _purges(old: Image, version: int, now: datetime, *, raw: bool) -> tuple[Purge, ...]:
    """The files of the revision that was left, after a day."""
    due = now + _KEEP_OLD
    below = {Purged.DERIVATIVES: f"{old.media_key}/{old.rev}/"}
    if raw:
        below[Purged.DEVELOPED] = developed_key(old.id, old.rev)
    return tuple(
        Purge(old.id, version, what, prefix, due, final_at=due + LATE_WRITERS)
        for what, prefix in below.items()
    )
