"""Metadata: what the file says of itself, typed and private; it fills what the contributor left open."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lumenstock.catalog.image import Image
from lumenstock.catalog.kind import told_by
from lumenstock.catalog.states import Status
from lumenstock.catalog.store import CatalogStore
from lumenstock.catalog.tags import clean_tags
from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.errors import PictureError
from lumenstock.ingest.plan import Plan
from lumenstock.ingest.ports import Originals
from lumenstock.kernel.ids import ImageId

_TELLING = ("title", "description", "keywords", "digital_source")


def describe(
    catalog: CatalogStore, originals: Originals, decoder: Decoder, image_id: ImageId, plan: Plan
) -> None:
    """Note the metadata of a picture, and fill empty fields of its row from them.

    Metadata that break the reader are none, and no fault. The item is written first: a second run after a
    crash between the two finds the row as it was.

    Raises:
        NotFoundError: The row is gone.
        VersionConflictError: The row kept changing; try again.
    """
    decoder.start()  # gets ready while we read
    with TemporaryDirectory(prefix="describe-") as folder:
        path = Path(folder, "original")
        originals.download(plan.key, path, plan.version_id)
        try:
            found = decoder.metadata(path)
        except PictureError:
            found = {}
    catalog.put_technical(image_id, plan.rev, found)
    if any(found.get(name) for name in _TELLING):
        catalog.update(image_id, lambda present: _filled(present, plan.rev, found))


def _filled(present: Image, rev: int, found: Mapping[str, Any]) -> Image | None:
    """The row with what the file says where the contributor said nothing; None if there is nothing to fill.

    A row that went on, or that is processed anew, is not this run's to change.
    """
    if present.status is not Status.PROCESSING or present.rev != rev:
        return None
    words = {
        "title": found.get("title", ""),
        "description": found.get("description", ""),
        "tags": clean_tags(found.get("keywords", ())),
    }
    missing = {name: value for name, value in words.items() if value and not getattr(present, name)}
    image_type, ai_generated = told_by(found.get("digital_source", ""))
    kind = {"image_type": image_type, "ai_generated": ai_generated}
    missing |= {
        name: told for name, told in kind.items() if told is not None and getattr(present, name) is None
    }
    return present.changed(**missing) if missing else None
