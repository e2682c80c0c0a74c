"""Every refusal of the pipeline: its code, and a text from which the contributor knows what to do."""

from __future__ import annotations

from collections.abc import Sequence

from lumenstock.catalog.reasons import CATALOGUE, Reason, ReasonCode
from lumenstock.kernel.ids import ImageId

_TAKEN = "a JPEG, PNG, TIFF, WebP or AVIF file, or a camera's raw file"


def known(code: ReasonCode) -> Reason:
    """A reason in the catalogue's own words."""
    return _refusal(code, f"{CATALOGUE[code].means} {CATALOGUE[code].remedy}")


def _refusal(code: ReasonCode, text: str) -> Reason:
    """A reason with the numbers and names of this file."""
    return Reason(code, text, CATALOGUE[code].needs_new_upload)


def too_large(size_bytes: int, max_bytes: int) -> Reason:
    """More bytes than allowed."""
    text = (
        f"The file has {_mb(size_bytes)}; at most {_mb(max_bytes)} are taken. Save it with more compression."
    )
    return _refusal(ReasonCode.TOO_LARGE, text)


def not_an_image() -> Reason:
    """None of the formats, and none that we know."""
    return _refusal(ReasonCode.NOT_AN_IMAGE, f"The file is not a picture. Upload {_TAKEN}.")


def unsupported_format(name: str) -> Reason:
    """A format that we know and do not take."""
    text = f"{name} files are not taken. Export the picture as JPEG, PNG, TIFF, WebP or AVIF."
    return _refusal(ReasonCode.UNSUPPORTED_FORMAT, text)


def heic() -> Reason:
    """A HEIC photo."""
    text = (
        "HEIC photos cannot be taken: their codec is patented. Export the photo as JPEG. On an iPhone, "
        "Settings › Camera › Formats › Most Compatible takes JPEG from then on; on a Mac, Preview › File › "
        "Export converts."
    )
    return _refusal(ReasonCode.HEIC, text)


def svg() -> Reason:
    """A drawing, alone or inside a picture."""
    text = "The file is or holds a drawing in SVG. Export it as PNG, at least 1,024 px wide."
    return _refusal(ReasonCode.SVG, text)


def type_mismatch(declared: str, found: str) -> Reason:
    """The content is of another format than was announced."""
    text = f"The file was announced as {declared}, but it is {found}. Upload it under its true type."
    return _refusal(ReasonCode.TYPE_MISMATCH, text)


def too_small(width_px: int, height_px: int, min_px: int) -> Reason:
    """A side is shorter than allowed."""
    text = f"The picture has {width_px} × {height_px} px; each side needs at least {min_px} px."
    return _refusal(ReasonCode.TOO_SMALL, text)


def too_many_pixels(width_px: int, height_px: int, max_pixels: int, max_side_px: int) -> Reason:
    """A side or the whole is larger than allowed for a file of this kind."""
    text = (
        f"The picture has {width_px} × {height_px} px; a file of this kind may have {_mp(max_pixels)} "
        f"and {max_side_px} px a side. Scale it down, or save it as plain (not progressive) JPEG."
    )
    return _refusal(ReasonCode.TOO_MANY_PIXELS, text)


def metadata_too_large(size_bytes: int, max_bytes: int) -> Reason:
    """More beside the picture than any camera writes."""
    text = (
        f"The text and profiles beside the picture take {_mb(size_bytes)}; at most {_mb(max_bytes)} are "
        "taken. Save the picture without embedded previews, depth maps and histories."
    )
    return _refusal(ReasonCode.METADATA_TOO_LARGE, text)


def animated(frames: int) -> Reason:
    """More than one frame."""
    text = f"The file is an animation of {frames:,} or more frames. Upload one still picture."
    return _refusal(ReasonCode.ANIMATED, text)


def several_pictures(count: int) -> Reason:
    """More than one page."""
    text = f"The file holds {count:,} pictures. Upload each one as a file of its own."
    return _refusal(ReasonCode.SEVERAL_PICTURES, text)


def trailing_data(size_bytes: int) -> Reason:
    """Something else follows the picture."""
    text = (
        f"Behind the picture the file holds {_mb(size_bytes)} of something else, such as the film of a "
        "moving photo. Save the picture alone."
    )
    return _refusal(ReasonCode.TRAILING_DATA, text)


def damaged() -> Reason:
    """It does not decode to the end."""
    return known(ReasonCode.DAMAGED)


def decoder_limit() -> Reason:
    """The decoder gave up on it."""
    return known(ReasonCode.DECODER_LIMIT)


def exact_duplicate(of: ImageId | None) -> Reason:
    """The same bytes are in the catalogue. ``of`` names the image, only to the contributor whose it is."""
    known = f"It is your image {of}." if of else "Another contributor was first."
    return _refusal(ReasonCode.EXACT_DUPLICATE, f"Exactly this file is already in the catalogue. {known}")


def near_duplicate(of: Sequence[ImageId]) -> Reason:
    """It looks like earlier pictures of the same contributor."""
    text = (
        f"It looks like your {' and '.join(of)}: the same picture in another size, encoding or orientation. "
        "If you mean to have both, change the image with allowNearDuplicate; else delete one of them."
    )
    return _refusal(ReasonCode.NEAR_DUPLICATE, text)


def near_duplicate_of_another() -> Reason:
    """It looks like somebody else's picture; whose is for moderators to see."""
    text = "It looks like an earlier picture of another contributor. A moderator will compare the two."
    return _refusal(ReasonCode.NEAR_DUPLICATE_OF_ANOTHER, text)


def taken_down_before(of: ImageId | None) -> Reason:
    """The same bytes were taken down. ``of`` names the image, only to the contributor whose it was."""
    known = f", as your image {of}" if of else ""
    text = f"Exactly this file was taken down before{known}. A moderator will look at it again."
    return _refusal(ReasonCode.TAKEN_DOWN_BEFORE, text)


def near_duplicate_of_taken_down(of: Sequence[ImageId]) -> Reason:
    """It looks like pictures that were taken down. ``of`` names those that were the same contributor's."""
    known = f", as your {' and '.join(of)}" if of else ""
    text = f"It looks like a picture that was taken down before{known}. A moderator will look at it."
    return _refusal(ReasonCode.NEAR_DUPLICATE_OF_TAKEN_DOWN, text)


def session_full() -> Reason:
    """It came by credentials that had brought as many files as they may."""
    return _refusal(
        ReasonCode.SESSION_FULL,
        "Its upload session had as many files as it may. Start another session and upload it again.",
    )


def processing_failed() -> Reason:
    """The fault is ours."""
    text = "Something went wrong on our side. Nothing is wrong with your file; try again."
    return _refusal(ReasonCode.PROCESSING_FAILED, text)


def _mb(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.1f} MB"


def _mp(pixels: int) -> str:
    return f"{pixels / 1e6:,.0f} megapixels"
