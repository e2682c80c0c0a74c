"""Why an image was refused: stable codes, each with a text that the contributor can act on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ReasonCode(StrEnum):
    """Stable machine codes; never renamed, only added."""

    EMPTY_FILE = "empty_file"
    TOO_LARGE = "too_large"
    NOT_AN_IMAGE = "not_an_image"
    UNSUPPORTED_FORMAT = "unsupported_format"
    TYPE_MISMATCH = "type_mismatch"
    UNREADABLE_HEADER = "unreadable_header"
    TOO_SMALL = "too_small"
    TOO_MANY_PIXELS = "too_many_pixels"
    SUSPICIOUS_COMPRESSION = "suspicious_compression"
    ANIMATED = "animated"
    TRAILING_DATA = "trailing_data"
    DAMAGED = "damaged"
    DECODER_LIMIT = "decoder_limit"
    EXACT_DUPLICATE = "exact_duplicate"
    SESSION_FULL = "session_full"
    PROCESSING_FAILED = "processing_failed"
    MODERATION = "moderation"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a refusal.

    Attributes:
        code: Machine code.
        text: What is wrong and what the contributor can do about it.
        needs_new_upload: Whether a new file is needed; otherwise a retry or an edit may cure it.
    """

    code: ReasonCode
    text: str
    needs_new_upload: bool
