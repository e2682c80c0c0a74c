"""Render and watermark: public files from one decode, which is also the check of every pixel."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from lumenstock.catalog.image import rendition_key
from lumenstock.imaging.decoder import Decoder, Rendered
from lumenstock.imaging.errors import DamagedPictureError, DecoderLimitError
from lumenstock.imaging.invisible_mark import Pattern
from lumenstock.imaging.renditions import MAX_HEIGHT_PX, RENDITIONS
from lumenstock.ingest import refusals
from lumenstock.ingest.plan import Derived, Plan
from lumenstock.ingest.ports import Derivatives, Originals


def derive(
    originals: Originals,
    derivatives: Derivatives,
    decoder: Decoder,
    plan: Plan,
    names: Sequence[str],
    pattern: Pattern | None = None,
) -> Derived:
    """Make the files ``names`` of a plan. Their keys are given by the plan, so twice is once.

    ``pattern`` is that of the plan's invisible mark; only the marked files need it.
    """
    if not names:
        return Derived(ok=True)
    decoder.start()  # gets ready while we read
    with TemporaryDirectory(prefix="derive-") as folder:
        path, (key, version_id) = Path(folder, "original"), plan.decoded
        originals.download(key, path, version_id)
        try:
            packet = plan.rights.packet()
            rendered = decoder.render(path, names, Path(folder), plan.encodings, packet, pattern)
        except DamagedPictureError:
            return Derived(ok=False, reasons=(refusals.damaged(),))
        except DecoderLimitError:
            return Derived(ok=False, reasons=(refusals.decoder_limit(),))
        whole = [made for made in rendered if _is_whole(made)]
        for made, encoding in product(whole, plan.encodings):
            body = Path(folder, f"{made.name}.{encoding}").read_bytes()
            key = rendition_key(plan.media_key, plan.rev, made.name, encoding)
            derivatives.put_derivative(key, body, encoding.media_type)
    return Derived(ok=True, renditions=tuple(made.name for made in whole))


def _is_whole(made: Rendered) -> bool:
    """Whether a file is what its name says: of camera raw we have a picture that is narrower than its row."""
    return made.height_px == MAX_HEIGHT_PX or RENDITIONS[made.name].fits(made.width_px)
