"""Files that need not be sent to know that they are refused: by their names, or because they are empty."""

from __future__ import annotations

from pathlib import Path

from cli.responses import StatusReason
from lumenstock.catalog.reasons import Reason, ReasonCode
from lumenstock.ingest import refusals
from lumenstock.ingest.upload import media_type_of

HEIC_ENDINGS = frozenset({".heic", ".heif"})
_UNKNOWN = StatusReason(
    code="unknown_type",
    text=(
        "Its name does not end like that of a picture. JPEG, PNG, TIFF, WebP and AVIF files are taken, and "
        "cameras' raw files."
    ),
    needs_new_upload=True,
)


def why_unsendable(path: Path, size_bytes: int) -> StatusReason | None:
    """Why a file of that name and length is refused, whatever is in it; None if it may be sent."""
    if media_type_of(path.name) is None:
        return why_passed_over(path)
    return None if size_bytes else _said(refusals.known(ReasonCode.EMPTY_FILE))


def why_passed_over(path: Path) -> StatusReason:
    """Why a file with such a name is not taken, and what to do."""
    ending = path.suffix.lower()
    if ending in HEIC_ENDINGS:
        return _said(refusals.heic())
    return _said(refusals.svg()) if ending == ".svg" else _UNKNOWN


def _said(reason: Reason) -> StatusReason:
    return StatusReason(code=reason.code, text=reason.text, needs_new_upload=reason.needs_new_upload)
