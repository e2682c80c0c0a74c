"""Why an image was refused, or waits: stable codes, and for each what it means and what to do.

``docs/reasons.md`` is generated from :data:`CATALOGUE`. The sentence that a contributor reads, with the
numbers of the file in it, is made in :mod:`lumenstock.ingest.refusals`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ReasonCode(StrEnum):
    """Stable machine codes; never renamed, only added."""

    EMPTY_FILE = "empty_file"
    TOO_LARGE = "too_large"
    NOT_AN_IMAGE = "not_an_image"
    UNSUPPORTED_FORMAT = "unsupported_format"
    HEIC = "heic"
    SVG = "svg"
    TYPE_MISMATCH = "type_mismatch"
    UNREADABLE_HEADER = "unreadable_header"
    TRUNCATED = "truncated"
    CHECKSUM_MISMATCH = "checksum_mismatch"
    DAMAGED = "damaged"
    TOO_SMALL = "too_small"
    TOO_MANY_PIXELS = "too_many_pixels"
    SUSPICIOUS_COMPRESSION = "suspicious_compression"
    COMPRESSION_BOMB = "compression_bomb"
    METADATA_TOO_LARGE = "metadata_too_large"
    CYCLIC_DIRECTORIES = "cyclic_directories"
    NESTED_DIRECTORIES = "nested_directories"
    ANIMATED = "animated"
    SEVERAL_PICTURES = "several_pictures"
    TRAILING_DATA = "trailing_data"
    POLYGLOT_ZIP = "polyglot_zip"
    POLYGLOT_PDF = "polyglot_pdf"
    POLYGLOT_HTML = "polyglot_html"
    DECODER_LIMIT = "decoder_limit"
    EXACT_DUPLICATE = "exact_duplicate"
    SESSION_FULL = "session_full"
    PROCESSING_FAILED = "processing_failed"
    MODERATION = "moderation"
    BLURRED = "blurred"
    BAD_EXPOSURE = "bad_exposure"
    NOISY = "noisy"
    VISIBLE_MARK = "visible_mark"
    TRADEMARK = "trademark"
    COPYRIGHT = "copyright"
    NO_RELEASE = "no_release"
    PRIVACY = "privacy"
    SENSITIVE_CONTENT = "sensitive_content"
    ILLEGAL_CONTENT = "illegal_content"
    MISLEADING_TITLE = "misleading_title"
    MISLEADING_DESCRIPTION = "misleading_description"
    MISLEADING_TAGS = "misleading_tags"
    WRONG_CATEGORY = "wrong_category"
    REVIEW_OF_ALL = "review_of_all"
    NOT_SCORED = "not_scored"
    SENSITIVE_SCORE = "sensitive_score"
    MENDED = "mended"
    EDITED = "edited"
    APPEALED = "appealed"
    NEAR_DUPLICATE = "near_duplicate"
    NEAR_DUPLICATE_OF_ANOTHER = "near_duplicate_of_another"
    TAKEN_DOWN_BEFORE = "taken_down_before"
    NEAR_DUPLICATE_OF_TAKEN_DOWN = "near_duplicate_of_taken_down"


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


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a code means to every contributor.

    Attributes:
        means: What is wrong.
        remedy: What the contributor can do about it.
        needs_new_upload: Whether only a new file can cure it.
    """

    means: str
    remedy: str
    needs_new_upload: bool = True


_C = ReasonCode
_SAVE_ANEW = "Open the picture in an editor and save it anew."
_SEND_AGAIN = "Upload it again from an undamaged copy."
_WAIT = "Nothing: a moderator will look at it."

CATALOGUE: dict[ReasonCode, Explanation] = {
    _C.EMPTY_FILE: Explanation("Nothing arrived.", "Upload the file again."),
    _C.TOO_LARGE: Explanation(
        "The file has more bytes than this deployment takes.", "Save it with more compression."
    ),
    _C.NOT_AN_IMAGE: Explanation(
        "The file is no picture of any format.", "Upload a file of one of the [formats](formats.md)."
    ),
    _C.UNSUPPORTED_FORMAT: Explanation(
        "The format is known and not taken, such as GIF, BMP, Photoshop or JPEG XL.",
        "Export the picture as JPEG, PNG, TIFF, WebP or AVIF.",
    ),
    _C.HEIC: Explanation(
        "The file is a HEIC photo, as phones take them; its codec is patented, so we may not decode it.",
        "Export it as JPEG. On an iPhone, *Settings › Camera › Formats › Most Compatible* takes JPEG from "
        "then on; on a Mac, *Preview › Export* converts.",
    ),
    _C.SVG: Explanation(
        "The file is a drawing in SVG, or has one inside: a program, not pixels.",
        "Export the drawing as PNG, at least 1,024 px wide.",
    ),
    _C.TYPE_MISMATCH: Explanation(
        "The content is of another format than was announced.", "Upload it under its true type."
    ),
    _C.UNREADABLE_HEADER: Explanation("The beginning of the file cannot be read.", _SAVE_ANEW),
    _C.TRUNCATED: Explanation("The file ends before the picture does.", _SEND_AGAIN),
    _C.CHECKSUM_MISMATCH: Explanation(
        "A checksum inside the file does not match: bytes changed on the way.", _SEND_AGAIN
    ),
    _C.DAMAGED: Explanation("Part of the picture does not decode.", _SEND_AGAIN),
    _C.TOO_SMALL: Explanation("A side is shorter than 16 px.", "Upload a larger version."),
    _C.TOO_MANY_PIXELS: Explanation(
        "A side or the whole is larger than a file of this kind may be.",
        "Scale the picture down, or save it as plain (not progressive) JPEG.",
    ),
    _C.SUSPICIOUS_COMPRESSION: Explanation(
        "The file has far too few bytes for the size that it states.", _SAVE_ANEW
    ),
    _C.COMPRESSION_BOMB: Explanation(
        "Something in the file grows to many times its size when it is unpacked.", _SAVE_ANEW
    ),
    _C.METADATA_TOO_LARGE: Explanation(
        "The text and profiles beside the picture take more than 16 MB.",
        "Save the picture without embedded previews, depth maps and histories.",
    ),
    _C.CYCLIC_DIRECTORIES: Explanation("The directories inside the file lead in a circle.", _SAVE_ANEW),
    _C.NESTED_DIRECTORIES: Explanation(
        "The directories inside the file are nested deeper, or are more, than any camera writes.", _SAVE_ANEW
    ),
    _C.ANIMATED: Explanation(
        "The file shows more than one frame: [why](adr/0009-stills-only.md).", "Upload one still picture."
    ),
    _C.SEVERAL_PICTURES: Explanation(
        "The file holds several pictures of about the same size: [why](adr/0009-stills-only.md).",
        "Upload each one as a file of its own.",
    ),
    _C.TRAILING_DATA: Explanation(
        "Something else follows the picture in the file, such as the film of a moving photo.",
        "Save the picture alone.",
    ),
    _C.POLYGLOT_ZIP: Explanation("The file is a picture and a ZIP archive at once.", _SAVE_ANEW),
    _C.POLYGLOT_PDF: Explanation("The file is a picture and a PDF document at once.", _SAVE_ANEW),
    _C.POLYGLOT_HTML: Explanation("The file is a picture with a web page or script inside.", _SAVE_ANEW),
    _C.DECODER_LIMIT: Explanation(
        "It needs more memory or time than there is for one picture.",
        "Scale it down, or save it anew as plain JPEG.",
    ),
    _C.EXACT_DUPLICATE: Explanation(
        "Exactly this file is in the catalogue already; the text names the image if it is your own.",
        "Nothing: the picture is there.",
    ),
    _C.SESSION_FULL: Explanation(
        "It came by credentials whose upload session had brought as many files as it may.",
        "Start another session and upload it again.",
    ),
    _C.PROCESSING_FAILED: Explanation(
        "The fault is ours.", "`POST /v1/images/{id}/retry`.", needs_new_upload=False
    ),
    _C.MODERATION: Explanation("A moderator refused it.", "The text says what.", needs_new_upload=False),
    _C.BLURRED: Explanation("The main subject is out of focus or shaken.", "Upload a sharp picture."),
    _C.BAD_EXPOSURE: Explanation(
        "The picture is much too dark or too bright.", "Develop it anew and upload that."
    ),
    _C.NOISY: Explanation("Noise or compression spoils the picture.", "Upload it with less of either."),
    _C.VISIBLE_MARK: Explanation(
        "The picture carries a watermark, a date, a border or a signature.", "Upload it without."
    ),
    _C.TRADEMARK: Explanation("A logo or a protected design can be seen.", "Upload it retouched."),
    _C.COPYRIGHT: Explanation(
        "The picture is, or shows, the work of somebody else.", "Upload only what is yours."
    ),
    _C.NO_RELEASE: Explanation(
        "A person or a property is recognisable, and there is no release.", "Upload it without, or another."
    ),
    _C.PRIVACY: Explanation("Private things can be seen: faces, papers, plates.", "Upload it retouched."),
    _C.SENSITIVE_CONTENT: Explanation("Nudity, violence or the like is not shown here.", "Upload another."),
    _C.ILLEGAL_CONTENT: Explanation("The picture may not be shown by law.", "Upload another."),
    _C.MISLEADING_TITLE: Explanation(
        "The title does not say what the picture shows.", "Change it.", needs_new_upload=False
    ),
    _C.MISLEADING_DESCRIPTION: Explanation(
        "The description does not fit the picture.", "Change it.", needs_new_upload=False
    ),
    _C.MISLEADING_TAGS: Explanation(
        "Some tags do not fit the picture.", "Remove them.", needs_new_upload=False
    ),
    _C.WRONG_CATEGORY: Explanation(
        "The category does not fit the picture.", "Choose another.", needs_new_upload=False
    ),
    _C.REVIEW_OF_ALL: Explanation("A person looks at every picture first.", _WAIT, needs_new_upload=False),
    _C.NOT_SCORED: Explanation(
        "No model in use can tell whether the picture is harmless.", _WAIT, needs_new_upload=False
    ),
    _C.SENSITIVE_SCORE: Explanation(
        "The model is not sure that the picture is harmless.", _WAIT, needs_new_upload=False
    ),
    _C.MENDED: Explanation("Its words were changed after a refusal.", _WAIT, needs_new_upload=False),
    _C.EDITED: Explanation("Its words were changed after it was approved.", _WAIT, needs_new_upload=False),
    _C.APPEALED: Explanation("Its contributor appealed a refusal.", _WAIT, needs_new_upload=False),
    _C.NEAR_DUPLICATE: Explanation(
        "It looks like an earlier picture of your own; the text names it.",
        "If you mean to have both, `PATCH /v1/contributor/images/{id}` with `allowNearDuplicate`; else "
        "delete one.",
        needs_new_upload=False,
    ),
    _C.NEAR_DUPLICATE_OF_ANOTHER: Explanation(
        "It looks like an earlier picture of another contributor.", _WAIT, needs_new_upload=False
    ),
    _C.TAKEN_DOWN_BEFORE: Explanation(
        "A moderator took exactly this file down before; the text names the image if it was your own.",
        _WAIT,
        needs_new_upload=False,
    ),
    _C.NEAR_DUPLICATE_OF_TAKEN_DOWN: Explanation(
        "It looks like a picture that a moderator took down; the text names the image if it was your own.",
        _WAIT,
        needs_new_upload=False,
    ),
}

# What a moderator can say. What is wrong with the words is mended by an edit, the rest by another file.
MODERATION = (
    _C.BLURRED,
    _C.BAD_EXPOSURE,
    _C.NOISY,
    _C.VISIBLE_MARK,
    _C.TRADEMARK,
    _C.COPYRIGHT,
    _C.NO_RELEASE,
    _C.PRIVACY,
    _C.SENSITIVE_CONTENT,
    _C.ILLEGAL_CONTENT,
    _C.MISLEADING_TITLE,
    _C.MISLEADING_DESCRIPTION,
    _C.MISLEADING_TAGS,
    _C.WRONG_CATEGORY,
)
