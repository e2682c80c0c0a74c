"""Find mark: whom the invisible mark of a picture from anywhere names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from lumenstock.catalog.marks import MarkOwner, MarkRegistry, mark_id
from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.errors import PictureError
from lumenstock.imaging.invisible_mark import MarkKey
from lumenstock.imaging.mark_detection import MAX_LOOKED_AT_PX, detect
from lumenstock.ingest import refusals
from lumenstock.ingest.checks import FileLimits, check_look, check_size
from lumenstock.kernel.errors import FieldError, InvalidInputError


@dataclass(frozen=True, slots=True)
class FoundMark:
    """What a picture was found to carry.

    Attributes:
        score: How well the pilot of the mark fits, in standard deviations of chance.
        owner: Whom the mark names; None where there is no mark, or one that nobody ever claimed, which is a
            misreading.
    """

    score: float
    owner: MarkOwner | None


def find_mark(
    registry: MarkRegistry, decoder: Decoder, key: MarkKey, picture: bytes, limits: FileLimits
) -> FoundMark:
    """Look for a mark in a file.

    Args:
        registry: Whom marks name.
        decoder: Opens the file, which may be hostile: it is a stranger's.
        key: The deployment's.
        picture: The file, in any format that uploads may have.
        limits: Of the stage.

    Raises:
        InvalidInputError: It is no picture that can be looked at; all reasons are named.
    """
    decoder.start()
    with TemporaryDirectory(prefix="mark-") as folder:
        path = Path(folder, "picture")
        path.write_bytes(picture)
        _require_readable(decoder, path, limits)
        try:
            pixels = decoder.shrink(path, MAX_LOOKED_AT_PX)
        except PictureError as error:
            raise _invalid(error.code, refusals.damaged().text) from error
    found = detect(pixels, key)
    owner = None if found.payload is None else registry.owner(mark_id(found.payload))
    return FoundMark(found.score, owner)


def _require_readable(decoder: Decoder, path: Path, limits: FileLimits) -> None:
    size_bytes = path.stat().st_size
    reasons = check_size(size_bytes, limits)
    if not reasons:
        try:
            found = decoder.examine(path)
        except PictureError as error:
            raise _invalid(error.code, refusals.decoder_limit().text) from error
        reasons = check_look(found, size_bytes, limits)
    if reasons:
        raise InvalidInputError(
            errors=tuple(FieldError("/picture", reason.code, reason.text) for reason in reasons)
        )


def _invalid(code: str, text: str) -> InvalidInputError:
    return InvalidInputError(errors=(FieldError("/picture", code, text),))
