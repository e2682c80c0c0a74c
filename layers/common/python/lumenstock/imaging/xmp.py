"""XMP: named properties in a packet of RDF. Runs only in children of ``zygote``: its input is hostile.

Source: ISO 16684-1 (XMP), IPTC Photo Metadata Standard 2023.2, PLUS LDF 2.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.parsers import expat

# A packet of a photo has 4 to 30 kB; what needs more is a thumbnail or a bomb.
MAX_BYTES = 1 << 20
_MAX_VALUES = 200  # of one property
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns# "
_LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"
_NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "cc": "http://creativecommons.org/ns#",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "aux": "http://ns.adobe.com/exif/1.0/aux/",
    "exifEX": "http://cipa.jp/exif/1.0/",
}
_WANTED = (
    *("dc:title", "dc:description", "dc:subject", "dc:creator", "dc:rights"),
    *("photoshop:Headline", "photoshop:DateCreated", "exif:DateTimeOriginal"),
    *("xmpRights:WebStatement", "xmpRights:UsageTerms", "plus:LicensorURL", "cc:license"),
    *("aux:Lens", "exifEX:LensModel", "Iptc4xmpExt:DigitalSourceType"),
)
_SHORT = {
    f"{_NAMESPACES[prefix]} {local}": f"{prefix}:{local}"
    for prefix, local in (name.split(":") for name in _WANTED)
}

Properties = Mapping[str, tuple[str, ...]]


def read_xmp(packet: bytes) -> Properties:
    """The properties that we want, such as ``dc:title``, with all their values, the default language first.

    A packet that is too long, not well-formed or declares a document type (which XMP never does, and without
    which there are no entities to multiply) has none.
    """
    reader = _Reader()
    try:
        reader.read(packet if len(packet) <= MAX_BYTES else b"")
    except (expat.ExpatError, LookupError, ValueError, _DocumentTypeError):
        return {}
    return {name: tuple(values) for name, values in reader.found.items()}


class _DocumentTypeError(Exception):
    """The packet declares a document type."""


class _Reader:
    """Collects values while the parser walks: from attributes, from elements, from the items of lists."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}
        self._inside: list[str | None] = []  # the wanted property of each open element, if any
        self._text: list[str] = []
        self._first = False

    def read(self, packet: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler = self._open
        parser.EndElementHandler = self._close
        parser.CharacterDataHandler = self._text.append
        padded = not packet.startswith(_UTF_16)
        parser.Parse(packet.rstrip(b"\0") if padded else packet, True)  # noqa: FBT003 - expat's own "this is all"

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        around = self._inside[-1] if self._inside else None
        self._inside.append(_SHORT.get(name, around))
        self._text.clear()
        self._first = attributes.get(_LANGUAGE) == "x-default"
        for attribute, value in attributes.items():
            if attribute in _SHORT:
                self._keep(_SHORT[attribute], value)
        if name in _SHORT and (resource := attributes.get(f"{_RDF}resource")):
            self._keep(_SHORT[name], resource)

    def _close(self, _: str) -> None:
        wanted = self._inside.pop()
        if wanted:
            self._keep(wanted, "".join(self._text))
        self._text.clear()

    def _keep(self, name: str, value: str) -> None:
        values = self.found.setdefault(name, [])
        if value.strip() and len(values) < _MAX_VALUES:
            values.insert(0 if self._first else len(values), value)


def _refuse(*_: object) -> None:
    raise _DocumentTypeError
