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
    DNG = "dng"
    CR2 = "cr2"
    CR3 = "cr3"
    NEF = "nef"
    ARW = "arw"
    RAF = "raf"
    ORF = "orf"
    RW2 = "rw2"

    @property
    def media_type(self) -> str:
        """Such as ``image/jpeg``. Source for camera raw, which IANA lacks: freedesktop shared-mime-info."""
        return _RAW_MEDIA_TYPES.get(self, f"image/{self}")

    @property
    def extension(self) -> str:
        """The ending of its originals, such as ``jpg``."""
        return _EXTENSIONS.get(self, str(self))

    @property
    def raw(self) -> bool:
        """Whether it holds a sensor's values, which must be developed before anything can be shown."""
        return self in _RAW_MEDIA_TYPES

    @property
    def label(self) -> str:
        """Its name for a person, such as ``Canon CR2``."""
        return _LABELS.get(self, self.upper())


_RAW_MEDIA_TYPES = {
    Format.DNG: "image/x-adobe-dng",
    Format.CR2: "image/x-canon-cr2",
    Format.CR3: "image/x-canon-cr3",
    Format.NEF: "image/x-nikon-nef",
    Format.ARW: "image/x-sony-arw",
    Format.RAF: "image/x-fuji-raf",
    Format.ORF: "image/x-olympus-orf",
    Format.RW2: "image/x-panasonic-rw2",
}
_LABELS = {
    Format.WEBP: "WebP",
    Format.CR2: "Canon CR2",
    Format.CR3: "Canon CR3",
    Format.NEF: "Nikon NEF",
    Format.ARW: "Sony ARW",
    Format.RAF: "Fujifilm RAF",
    Format.ORF: "Olympus ORF",
    Format.RW2: "Panasonic RW2",
}

_EXTENSIONS = {Format.JPEG: "jpg", Format.TIFF: "tif"}

# DNG, NEF and ARW begin as any TIFF does; only their directories tell (see ``tiff``).
_LIKE_TIFF = frozenset({Format.TIFF, Format.DNG, Format.NEF, Format.ARW})
_SIGNATURES = (
    (b"\xff\xd8\xff", Format.JPEG),
    (b"\x89PNG\r\n\x1a\n", Format.PNG),
    (b"II*\0", Format.TIFF),
    (b"MM\0*", Format.TIFF),
    (b"II+\0", Format.TIFF),  # BigTIFF
    (b"MM\0+", Format.TIFF),
    (b"FUJIFILMCCD-RAW ", Format.RAF),
    (b"IIRO", Format.ORF),
    (b"IIRS", Format.ORF),
    (b"MMOR", Format.ORF),
    (b"IIU\0", Format.RW2),
)

_FOREIGN_SIGNATURES = (
    (b"GIF8", "GIF"),
    (b"%PDF", "PDF"),
    (b"8BPS", "Photoshop"),
    (b"BM", "BMP"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"FOVb", "Sigma X3F"),
    (b"PK\x03\x04", "ZIP"),
)

_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_RAW_BRAND = b"crx "
_FOREIGN_BRANDS = {
    b"heic": "HEIC",
    b"heix": "HEIC",
    b"hevc": "HEIC",
    b"hevx": "HEIC",
    b"heim": "HEIC",
    b"heis": "HEIC",
    b"mif1": "HEIC",
    b"msf1": "HEIC",
}


def sniff(head: bytes) -> Format | None:
    """The format that the first :data:`HEAD_BYTES` of a file speak of; None if it is none of ours."""
    for signature, found in _SIGNATURES:
        if head.startswith(signature):
            return Format.CR2 if head[8:10] == b"CR" and found is Format.TIFF else found
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Format.WEBP
    brands = _brands(head)
    if _RAW_BRAND in brands:
        return Format.CR3
    return Format.AVIF if _AVIF_BRANDS & brands else None


def may_be(head: bytes, media_type: str) -> bool:
    """Whether a file that begins so may be of this type; of a TIFF's relatives only the whole file tells."""
    found = sniff(head)
    candidates = _LIKE_TIFF if found is Format.TIFF else {found}
    return any(kind is not None and kind.media_type == media_type for kind in candidates)


def foreign_name(head: bytes) -> str | None:
    """A person's name for a format that we do not take; None if we do not know it."""
    for signature, name in _FOREIGN_SIGNATURES:
        if head.startswith(signature):
            return name
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
