"""Develop: of camera raw, the picture that every public file is made from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from lumenstock.catalog.image import developed_key
from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.errors import DamagedPictureError, DecoderLimitError
from lumenstock.imaging.renditions import EagerSet
from lumenstock.ingest import refusals
from lumenstock.ingest.checks import FileLimits, check_header
from lumenstock.ingest.plan import Checked, Plan, with_files
from lumenstock.ingest.ports import DevelopedPictures, Originals
from lumenstock.kernel.ids import ImageId


def develop(
    originals: Originals,
    pictures: DevelopedPictures,
    decoder: Decoder,
    image_id: ImageId,
    plan: Plan,
    *,
    limits: FileLimits,
    eager: EagerSet,
) -> Checked:
    """Complete the plan of a camera raw file, in the place of validate, which cannot read its size.

    The picture's key is given by image and revision, so twice is once. It stays as long as the original: a
    rendition that is asked for later is made from it, too.
    """
    decoder.start()  # gets ready while we read
    with TemporaryDirectory(prefix="develop-") as folder:
        path, target = Path(folder, "original"), Path(folder, "developed.jpg")
        originals.download(plan.key, path, plan.version_id)
        try:
            header, developed = decoder.develop(path, target, limits.max_pixels)
        except DamagedPictureError:
            return Checked(ok=False, image_id=image_id, rev=plan.rev, reasons=(refusals.damaged(),))
        except DecoderLimitError:
            return Checked(ok=False, image_id=image_id, rev=plan.rev, reasons=(refusals.decoder_limit(),))
        header = replace(header, format=plan.format)
        reasons = check_header(header, plan.format, path.stat().st_size, limits)
        if reasons or developed is None:
            return Checked(ok=False, image_id=image_id, rev=plan.rev, reasons=tuple(reasons))
        key = developed_key(image_id, plan.rev)
        pictures.put_developed(key, target)
    pixels = developed.width_px * developed.height_px
    complete = with_files(replace(plan, developed=key), header, developed.width_px, pixels, eager)
    return Checked(ok=True, image_id=image_id, rev=plan.rev, plan=complete)
