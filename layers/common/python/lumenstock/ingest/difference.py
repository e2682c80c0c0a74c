"""In what the index differs from the catalogue about one image, and the write that ends it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum

from lumenstock.kernel.ids import ImageId
from lumenstock.search.document import Document, Removal
from lumenstock.search.ports import Change


class Drift(StrEnum):
    """Kinds of a difference."""

    MISSING = "missing"  # approved, and not in the index
    STALE = "stale"  # an older version is in the index
    ALTERED = "altered"  # the same version with other content
    LINGERING = "lingering"  # in the index, though it may not be shown any more
    AHEAD = "ahead"  # a later version than the catalogue knows: a catalogue that was restored


@dataclass(frozen=True, slots=True)
class Difference:
    """One image that the index holds otherwise than it should.

    Attributes:
        catalog_version: None where there is no such row.
        index_version: None where nothing was ever written.
        fields: Those whose values differ, of an altered document.
    """

    id: ImageId
    drift: Drift
    catalog_version: int | None
    index_version: int | None
    fields: tuple[str, ...] = ()


def difference(image_id: ImageId, wanted: Change | None, held: Change | None) -> Difference | None:
    """In what ``held`` differs from ``wanted``; None where nobody can see a difference.

    Args:
        image_id: Of both.
        wanted: What the row says; None if there is no row.
        held: What was last written; None if nothing was.
    """
    drift = _drift(wanted, held)
    if drift is None:
        return None
    return Difference(
        image_id,
        drift,
        catalog_version=wanted.version if wanted else None,
        index_version=held.version if held else None,
        fields=_differing(wanted, held) if drift is Drift.ALTERED else (),
    )


def mended(wanted: Change | None, held: Change | None) -> Change | None:
    """The write that ends a difference, and that any later one prevails over.

    None where ``held`` is ahead: it would prevail over this one.
    """
    if isinstance(wanted, Document):
        return None if held and held.version > wanted.version else wanted
    if not isinstance(held, Document):
        return None
    # A removal of the same version replaces a document. One that has no row was deleted in the version after.
    return Removal(held.id, held.version + 1 if wanted is None else max(wanted.version, held.version))


def _drift(wanted: Change | None, held: Change | None) -> Drift | None:
    if not isinstance(wanted, Document):
        return Drift.LINGERING if isinstance(held, Document) else None
    if held is None or (isinstance(held, Removal) and held.version <= wanted.version):
        return Drift.MISSING
    if held.version != wanted.version:
        return Drift.AHEAD if held.version > wanted.version else Drift.STALE
    return None if held == wanted else Drift.ALTERED


def _differing(wanted: Change | None, held: Change | None) -> tuple[str, ...]:
    names = (field.name for field in fields(Document))
    return tuple(name for name in names if getattr(wanted, name) != getattr(held, name))
