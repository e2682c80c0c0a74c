"""Every refusal of the pipeline: its code, and a text from which the contributor knows what to do."""

from __future__ import annotations

from lumenstock.catalog.reasons import Reason, ReasonCode
from lumenstock.kernel.ids import ImageId


def _new_file(code: ReasonCode, text: str) -> Reason:
    return Reason(code=code, text=text, needs_new_upload=True)


def empty_file() -> Reason:
    """Nothing arrived."""
    return _new_file(ReasonCode.EMPTY_FILE, "The file is empty. Upload it again.")


def too_large(size_bytes: int, max_bytes: int) -> Reason:
    """More bytes than allowed."""
    text = (
        f"The file has {_mb(size_bytes)}; at most {_mb(max_bytes)} are taken. Save it with more compression."
    )
    return _new_file(ReasonCode.TOO_LARGE, text)


def not_an_image() -> Reason:
    """None of the formats, and none that we know."""
    return _new_file(
        ReasonCode.NOT_AN_IMAGE, "The file is not a picture. Upload a JPEG, PNG, TIFF, WebP or AVIF file."
    )


def unsupported_format(name: str) -> Reason:
    """A format that we know and do not take."""
    text = f"{name} files are not taken. Export the picture as JPEG, PNG, TIFF, WebP or AVIF."
    return _new_file(ReasonCode.UNSUPPORTED_FORMAT, text)


def type_mismatch(declared: str, found: str) -> Reason:
    """The content is of another format than was announced."""
    text = f"The file was announced as {declared}, but it is {found}. Upload it under its true type."
    return _new_file(ReasonCode.TYPE_MISMATCH, text)


def unreadable_header() -> Reason:
    """Not even the header can be read."""
    return _new_file(
        ReasonCode.UNREADABLE_HEADER,
        "The beginning of the file cannot be read. Open the picture in an editor and save it anew.",
    )


def too_small(width_px: int, height_px: int, min_px: int) -> Reason:
    """A side is shorter than allowed."""
    text = f"The picture has {width_px} × {height_px} px; each side needs at least {min_px} px."
    return _new_file(ReasonCode.TOO_SMALL, text)


def too_many_pixels(width_px: int, height_px: int, max_pixels: int, max_side_px: int) -> Reason:
    """A side or the whole is larger than allowed for a file of this kind."""
    text = (
        f"The picture has {width_px} × {height_px} px; a file of this kind may have {_mp(max_pixels)} "
        f"and {max_side_px} px a side. Scale it down, or save it as plain (not progressive) JPEG."
    )
    return _new_file(ReasonCode.TOO_MANY_PIXELS, text)


def suspicious_compression() -> Reason:
    """So few bytes for so many pixels that the header is most likely a lie."""
    return _new_file(
        ReasonCode.SUSPICIOUS_COMPRESSION,
        "The file is far too small for the size that it states. Open it in an editor and save it anew.",
    )


def animated() -> Reason:
    """More than one frame."""
    return _new_file(ReasonCode.ANIMATED, "The file is an animation. Upload one still picture.")


def trailing_data(size_bytes: int) -> Reason:
    """Something else follows the picture."""
    text = (
        f"Behind the picture the file holds {_mb(size_bytes)} of something else, such as the film of a "
        "moving photo. Save the picture alone."
    )
    return _new_file(ReasonCode.TRAILING_DATA, text)


def damaged() -> Reason:
    """It does not decode to the end."""
    return _new_file(
        ReasonCode.DAMAGED,
        "The file is damaged: part of the picture is missing. Upload it again from an undamaged copy.",
    )


def decoder_limit() -> Reason:
    """The decoder gave up on it."""
    return _new_file(
        ReasonCode.DECODER_LIMIT,
        "The picture needs more memory or time than there is for one. Scale it down, or open it in an editor "
        "and save it anew as plain JPEG.",
    )


def exact_duplicate(of: ImageId | None) -> Reason:
    """The same bytes are in the catalogue. ``of`` names the image, only to the contributor whose it is."""
    known = f"It is your image {of}." if of else "Another contributor was first."
    return _new_file(ReasonCode.EXACT_DUPLICATE, f"Exactly this file is already in the catalogue. {known}")


def session_full() -> Reason:
    """It came by credentials that had brought as many files as they may."""
    return _new_file(
        ReasonCode.SESSION_FULL,
        "Its upload session had as many files as it may. Start another session and upload it again.",
    )


def processing_failed() -> Reason:
    """The fault is ours."""
    return Reason(
        code=ReasonCode.PROCESSING_FAILED,
        text="Something went wrong on our side. Nothing is wrong with your file; try again.",
        needs_new_upload=False,
    )


def _mb(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.1f} MB"


def _mp(pixels: int) -> str:
    return f"{pixels / 1e6:,.0f} megapixels"
