"""The text of each generated page."""

from __future__ import annotations

from collections.abc import Callable

from lumenstock.catalog.reasons import CATALOGUE
from lumenstock.imaging.containers.model import MAX_METADATA_BYTES
from lumenstock.imaging.formats import Format
from lumenstock.imaging.header import MAX_SIDE_PX
from lumenstock.ingest.checks import MAX_TRAILING_BYTES, MAX_WHOLE_PIXELS, MIN_SIDE_PX
from tools.samples.variants import VARIANTS, Evidence, Variant

_GENERATED = "<!-- Written by `make catalogues` from the code; `make check` compares. -->\n"


_FORMATS = """
# Formats

What may be uploaded, and what each variant has been decoded from in a test of this repository. *Not verified*
means that the file is recognised and handed to LibRaw, which says that it reads it, but that nobody here had
such a file to try.

| format | variant | media type | decoded from |
|---|---|---|---|
{rows}

A file is told by its first bytes, and where these are a TIFF's, by its directories: the name does not count,
and the announced media type must be the true one.

| limit | is |
|---|---|
| each side | {min_side} to {max_side:,} px |
| the whole | `MAX_PIXELS` of the stage |
| what must be in memory whole (progressive JPEG, interlaced PNG, WebP, AVIF) | {max_whole} megapixels |
| behind the picture | {max_trailing} KiB, and what a Multi-Picture or Ultra HDR JPEG has there by design |
| text and profiles beside the picture | {max_metadata} MiB |
| frames, pages | one: [ADR 0009](adr/0009-stills-only.md) |

HEIC is refused, with advice: its codec (HEVC) is patented, and no decoder may be shipped with this product.

## Camera raw

The untouched file stays the original. What is shown is made by a function of its own, the only one with
LibRaw (`functions/ingest/develop.py`): the camera's own JPEG inside the file if its long edge has at least
1600 px (or as many as half the sensor's), else the sensor's values at half size. That picture is kept in the
private bucket at `developed/{{image_id}}/{{rev}}.jpg`, and every public file is made from it. Raw files of
other cameras are refused by name.
"""

_REASONS = """
# Reasons of a refused image

A refused picture is no [error of a request](api/problems.md): `GET /v1/images/{{id}}/status` then says
`rejected` or `processing_failed`, with all reasons at once. Each has a stable `code`, a text with the numbers
of the file, and `needsNewUpload`. Decide by the code; the text is for a person.

| code | new upload | means | do |
|---|---|---|---|
{rows}
"""


def formats() -> str:
    """What may be uploaded, and what each format has been tried with."""
    rows = (
        f"| {kind.label} | {variant.name or 'any'} | `{kind.media_type}` | {_tried(variant)} |"
        for kind in Format
        for variant in VARIANTS
        if variant.format is kind
    )
    return _GENERATED + _FORMATS.format(
        rows="\n".join(rows),
        min_side=MIN_SIDE_PX,
        max_side=MAX_SIDE_PX,
        max_whole=MAX_WHOLE_PIXELS // 1_000_000,
        max_trailing=MAX_TRAILING_BYTES >> 10,
        max_metadata=MAX_METADATA_BYTES >> 20,
    )


def _tried(variant: Variant) -> str:
    by = f" by {variant.writer}" if variant.evidence is Evidence.GENERATED else ""
    return f"{variant.evidence}{by}"


def reasons() -> str:
    """Why a picture may be refused."""
    rows = (
        f"| `{code}` | {'yes' if known.needs_new_upload else 'no'} | {known.means} | {known.remedy} |"
        for code, known in CATALOGUE.items()
    )
    return _GENERATED + _REASONS.format(rows="\n".join(rows))


PAGES: dict[str, Callable[[], str]] = {"docs/formats.md": formats, "docs/reasons.md": reasons}
