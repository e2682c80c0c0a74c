"""What kind of picture an image is, and under which kind of licence it is offered."""

from __future__ import annotations

from enum import StrEnum

_SCHEME = "http://cv.iptc.org/newscodes/digitalsourcetype/"

MADE_BY_A_MACHINE = "trainedAlgorithmicMedia"
"""The term of IPTC for a picture that a trained model made.

Source: IPTC NewsCodes, Digital Source Type, https://cv.iptc.org/newscodes/digitalsourcetype/.
"""


def _folded(*terms: str) -> frozenset[str]:
    return frozenset(term.casefold() for term in terms)


_BY_A_MACHINE = _folded(MADE_BY_A_MACHINE, "compositeWithTrainedAlgorithmicMedia")
_PHOTOS = _folded("digitalCapture", "computationalCapture", "negativeFilm", "positiveFilm")
_NOT_BY_A_MACHINE = _PHOTOS | _folded(
    "print", "minorHumanEdits", "humanEdits", "digitalArt", "digitalCreation"
)


class ImageType(StrEnum):
    """How a picture came to be. Files of vector graphics are not taken in, so there is no such type."""

    PHOTO = "photo"
    ILLUSTRATION = "illustration"
    RENDER = "render"


class LicenceType(StrEnum):
    """What an image may be licensed for.

    ``editorial`` is for news and teaching alone, as where people or property in it have not agreed to more.
    """

    COMMERCIAL = "commercial"
    EDITORIAL = "editorial"


def digital_source(name: str) -> str:
    """The address of a term of the IPTC's list, as files state it."""
    return f"{_SCHEME}{name}"


def told_by(source: str) -> tuple[ImageType | None, bool | None]:
    """What a Digital Source Type says: the type, and whether a machine made it; None where it does not.

    Args:
        source: An address or a bare term; "" where the file is silent. Case does not matter.
    """
    term = source.strip().rpartition("/")[2].casefold()
    made = True if term in _BY_A_MACHINE else False if term in _NOT_BY_A_MACHINE else None
    return ImageType.PHOTO if term in _PHOTOS else None, made
