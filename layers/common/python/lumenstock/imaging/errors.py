"""What can go wrong with a picture, and what can go wrong with us while we look at it.

PictureError              the file is at fault: the contributor must do something
├── DamagedPictureError       its data ends early or does not decode
└── DecoderLimitError         it needs more memory or time than a picture of the allowed size should
DecoderLostError          the decoder was taken from us (killed, starved); trying again may help
"""

from __future__ import annotations

from lumenstock.kernel.errors import LumenstockError, UnavailableError


class PictureError(LumenstockError):
    """The file is at fault."""


class DamagedPictureError(PictureError):
    """The file's data ends early or does not decode."""

    code, title = "damaged", "Damaged picture"


class DecoderLimitError(PictureError):
    """The decoder ran out of its memory or time, or crashed, on this file."""

    code, title = "decoder_limit", "Beyond the decoder's limits"


class DecoderLostError(UnavailableError):
    """The decoder went away for a reason that is not the picture's."""

    code, title = "decoder_lost", "Decoder lost"
