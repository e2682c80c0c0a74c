"""Metadata: what the file tells of how it was taken, typed and kept private."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from lumenstock.catalog.store import CatalogStore
from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.errors import PictureError
from lumenstock.ingest.plan import Plan
from lumenstock.ingest.ports import Originals
from lumenstock.kernel.ids import ImageId


def describe(
    catalog: CatalogStore, originals: Originals, decoder: Decoder, image_id: ImageId, plan: Plan
) -> None:
    """Note the technical metadata of a picture. Metadata that breaks the reader is none, and no fault."""
    decoder.start()  # gets ready while we read
    with TemporaryDirectory(prefix="describe-") as folder:
        path = Path(folder, "original")
        originals.download(plan.key, path, plan.version_id)
        try:
            technical = decoder.technical(path)
        except PictureError:
            technical = {}
    catalog.put_technical(image_id, plan.rev, technical)
