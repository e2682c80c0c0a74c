"""Record: what became of a picture, into its row; and on to the embedding if all went well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from lumenstock.catalog.image import Image
from lumenstock.catalog.reasons import Reason
from lumenstock.catalog.states import Status
from lumenstock.catalog.store import CatalogStore
from lumenstock.imaging.renditions import RENDITIONS
from lumenstock.ingest.embed_message import EmbedRequest, make_message
from lumenstock.ingest.plan import Checked, Derived, Plan
from lumenstock.ingest.ports import Outbox
from lumenstock.ingest.upload import title_of


def record(
    catalog: CatalogStore, embed_live: Outbox, checked: Checked, derived: Sequence[Derived], now: datetime
) -> Image:
    """Write the outcome of one run of the machine.

    Only a row that is still in processing, at the revision that was worked on, is changed: a late run finds
    another and writes nothing. The message to the embedding is sent again by a second run, which is harmless.

    Returns:
        The row as it now stands.

    Raises:
        NotFoundError: The row is gone.
        VersionConflictError: The row kept changing; try again.
    """
    reasons = all_reasons(checked, derived)

    def current(present: Image) -> bool:
        return present.status is Status.PROCESSING and present.rev == checked.rev

    if checked.plan is None or reasons:
        return catalog.update(
            checked.image_id,
            lambda present: _rejected(present, reasons, now) if reasons and current(present) else None,
        )
    plan, names = checked.plan, names_of(derived)
    image = catalog.update(
        checked.image_id,
        lambda present: _with_renditions(present, plan, names) if current(present) else None,
    )
    if current(image):
        embed_live.send(make_message(EmbedRequest(image.id, image.rev)))
    return image


def _rejected(present: Image, reasons: tuple[Reason, ...], now: datetime) -> Image:
    return present.moved(Status.REJECTED, now, reasons=reasons)


def _with_renditions(present: Image, plan: Plan, names: tuple[str, ...]) -> Image | None:
    """The row with what was found and made; None if it says so already."""
    source = replace(present.source, sha256=plan.sha256, format=str(plan.format))
    successor = present.changed(
        # Neither the contributor nor the file's own metadata gave one; a picture needs something to go by.
        title=present.title or title_of(present.source.filename),
        source=source,
        width_px=plan.width_px,
        height_px=plan.height_px,
        renditions=names,
    )
    return None if replace(successor, version=present.version) == present else successor


def names_of(derived: Sequence[Derived]) -> tuple[str, ...]:
    """The names of all files that were made, in the order of the closed set."""
    made = {name for part in derived for name in part.renditions}
    return tuple(name for name in RENDITIONS if name in made)


def all_reasons(checked: Checked, derived: Sequence[Derived]) -> tuple[Reason, ...]:
    """Every reason once: two decodes of a damaged file find the same."""
    found = (*checked.reasons, *(reason for part in derived for reason in part.reasons))
    return tuple({reason.code: reason for reason in found}.values())
