"""The pixels of a picture from anywhere: of nobody's upload, looked at once and not kept."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.errors import PictureError
from lumenstock.ingest import refusals
from lumenstock.ingest.checks import FileLimits, check_look, check_size
from lumenstock.kernel.errors import FieldError, InvalidInputError

if TYPE_CHECKING:  # numpy is not with every function
    from lumenstock.embedding.model import Pixels


def read_stranger(decoder: Decoder, picture: bytes, limits: FileLimits, longest_px: int) -> Pixels:
    """Decode a file that may be hostile: uint8[h, w, 3], no side over ``longest_px``.

    Args:
        decoder: Opens it in a process of its own.
        picture: The file, in any format that uploads may have.
        limits: Of what is looked at.
        longest_px: What is larger is shrunk.

    Raises:
        InvalidInputError: It is no picture that can be looked at; all reasons are named.
    """
    decoder.start()
    with TemporaryDirectory(prefix="stranger-") as folder:
        path = Path(folder, "picture")
        path.write_bytes(picture)
        _require_readable(decoder, path, limits)
        try:
            return decoder.shrink(path, longest_px)
        except PictureError as error:
            raise _invalid(error.code, refusals.damaged().text) from error


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
