"""The formats we take, told by a file's first bytes, and names for those that we do not."""

from __future__ import annotations

from enum import StrEnum

HEAD_BYTES = 64  # enough for every signature below


class Format(StrEnum):
    """A format that contributors may upload."""

    JPEG = "jpeg"
    PNG = "png"
    TIFF = "tiff"
    WEBP = "webp"
    AVIF = "avif"

    @property
    def media_type(self) -> str:
        """Such as ``image/jpeg``."""
        return f"image/{self}"


_SIGNATURES = (
    (b"\xff\xd8\xff", Format.JPEG),
    (b"\x89PNG\r\n\x1a\n", Format.PNG),
    (b"II*\0", Format.TIFF),
    (b"MM\0*", Format.TIFF),
    (b"II+\0", Format.TIFF),  # BigTIFF
    (b"MM\0+", Format.TIFF),
)

_FOREIGN_SIGNATURES = (
    (b"GIF8", "GIF"),
    (b"%PDF", "PDF"),
    (b"8BPS", "Photoshop"),
    (b"BM", "BMP"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"FUJIFILMCCD-RAW", "camera raw"),
    (b"IIRO", "camera raw"),
    (b"IIU\0", "camera raw"),
    (b"PK\x03\x04", "ZIP"),
)

_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_FOREIGN_BRANDS = {
    b"heic": "HEIC",
    b"heix": "HEIC",
    b"hevc": "HEIC",
    b"heim": "HEIC",
    b"mif1": "HEIF",
    b"msf1": "HEIF",
    b"crx ": "camera raw",
}


def sniff(head: bytes) -> Format | None:
    """The format that the first :data:`HEAD_BYTES` of a file speak of; None if it is none of ours."""
    for signature, found in _SIGNATURES:
        if head.startswith(signature):
            return None if head[8:10] == b"CR" and found is Format.TIFF else found  # Canon's CR2 is a TIFF
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Format.WEBP
    return Format.AVIF if _AVIF_BRANDS & _brands(head) else None


def foreign_name(head: bytes) -> str | None:
    """A person's name for a format that we do not take; None if we do not know it."""
    for signature, name in _FOREIGN_SIGNATURES:
        if head.startswith(signature):
            return name
    if head[8:10] == b"CR" and head.startswith(b"II*\0"):
        return "camera raw"
    if b"<svg" in head.lower():
        return "SVG"
    names = (_FOREIGN_BRANDS.get(brand) for brand in sorted(_brands(head)))
    return next((name for name in names if name), "video" if _brands(head) else None)


def _brands(head: bytes) -> set[bytes]:
    """Brands of an ISO base media file: the major one and the compatible ones. Source: ISO 14496-12, 4.3."""
    if head[4:8] != b"ftyp":
        return set()
    size = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[8:12], *(head[start : start + 4] for start in range(16, size - 3, 4))}
