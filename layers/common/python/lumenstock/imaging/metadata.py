"""All that a file says of itself, from EXIF, XMP and IPTC, typed. Private: none of it reaches a public file.

Where several blocks speak of one thing, XMP is believed first, then IPTC, then EXIF: the order in which
editors keep them up to date. Runs only in children of ``zygote``: its input is hostile.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyvips

from lumenstock.imaging import iptc
from lumenstock.imaging.errors import DamagedPictureError
from lumenstock.imaging.exif import Tags, read_tags, tag_text, technical_of, wide_text
from lumenstock.imaging.iptc import Records, read_iptc
from lumenstock.imaging.xmp import Properties, read_xmp
from lumenstock.kernel.text import readable_line

MAX_TITLE, MAX_DESCRIPTION, MAX_NAME, MAX_URL = 200, 1000, 200, 500
MAX_KEYWORDS, MAX_KEYWORD = 50, 40

_TIFF_HEADS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_LICENCE_PROPERTIES = ("xmpRights:WebStatement", "cc:license", "plus:LicensorURL")

Value = str | int | float | list[str]


@dataclass(frozen=True, slots=True)
class Stated:
    """What somebody wrote into the file about the picture. Empty where it does not say.

    Every text is one line without control characters and without marks that turn the direction of writing.

    Attributes:
        title: Up to 200 characters.
        description: Up to 1,000 characters.
        keywords: Up to 50, each up to 40 characters.
        creator: Names, joined by a comma.
        rights: The copyright notice.
        usage_terms: What may be done with it, in words.
        licence_urls: Pages (http or https) that say so.
        digital_source: Address of a term of IPTC's Digital Source Type.
    """

    title: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    creator: str = ""
    rights: str = ""
    usage_terms: str = ""
    licence_urls: tuple[str, ...] = ()
    digital_source: str = ""

    def known(self) -> dict[str, Value]:
        """The fields that the file states, by name."""
        pairs = asdict(self).items()
        return {name: list(value) if isinstance(value, tuple) else value for name, value in pairs if value}


def read_metadata(path: str) -> dict[str, Value]:
    """Known fields of :class:`lumenstock.imaging.exif.Technical` and of :class:`Stated`, by name.

    Raises:
        DamagedPictureError: No decoder reads the header, and it is no TIFF either.
    """
    with Path(path).open("rb") as file:
        as_tiff = file.read(4) in _TIFF_HEADS  # a camera's raw file, too
        file.seek(0)
        tags = read_tags(file) if as_tiff else {}
    try:
        blocks = _blocks(path)
    except pyvips.Error as error:
        if not as_tiff:
            raise DamagedPictureError(error.detail[:200]) from error
        blocks = {}
    if not as_tiff and blocks.get("exif"):
        tags = read_tags(io.BytesIO(blocks["exif"].removeprefix(b"Exif\0\0")))
    properties, records = read_xmp(blocks.get("xmp", b"")), read_iptc(blocks.get("iptc", b""))
    stated: dict[str, Value] = stated_of(tags, properties, records).known()
    return _supplied(properties, records) | technical_of(tags).known() | stated


def stated_of(tags: Tags, properties: Properties, records: Records) -> Stated:
    """Merge what the three blocks state."""

    def found(*names: str, record: int | None = None, tag: str = "") -> list[str]:
        """All values of the first of these that has any."""
        for name in names:
            if values := properties.get(name):
                return list(values)
        if record is not None and (texts := records.get(record)):
            return list(texts)
        return [text] if tag and (text := tag_text(tags, tag)) else []

    titles = found("dc:title", record=iptc.TITLE) or found("photoshop:Headline", record=iptc.HEADLINE)
    keywords = found("dc:subject", record=iptc.KEYWORD)
    return Stated(
        title=_first(titles or [wide_text(tags, "Image XPTitle")], MAX_TITLE),
        description=_first(found("dc:description", record=iptc.CAPTION), MAX_DESCRIPTION),
        keywords=_keywords(keywords or [wide_text(tags, "Image XPKeywords")]),
        creator=_joined(found("dc:creator", record=iptc.CREATOR, tag="Image Artist")),
        rights=_first(found("dc:rights", record=iptc.COPYRIGHT, tag="Image Copyright"), MAX_DESCRIPTION),
        usage_terms=_first(found("xmpRights:UsageTerms"), MAX_DESCRIPTION),
        licence_urls=_web_addresses(
            value for name in _LICENCE_PROPERTIES for value in properties.get(name, ())
        ),
        digital_source=_first(properties.get("Iptc4xmpExt:DigitalSourceType", ()), MAX_URL),
    )


def _blocks(path: str) -> dict[str, bytes]:
    """The file's metadata blocks as the decoder finds them."""
    image: Any = pyvips.Image.new_from_file(path, access="sequential")
    names = {"exif": "exif-data", "xmp": "xmp-data", "iptc": "iptc-data"}
    return {kind: bytes(image.get(name)) for kind, name in names.items() if image.get_typeof(name)}


def _supplied(properties: Properties, records: Records) -> dict[str, Value]:
    """Technical fields that an editor kept in XMP or IPTC; EXIF, where it is there, knows better."""
    supplied: dict[str, Value] = {}
    lens = _first([*properties.get("exifEX:LensModel", ()), *properties.get("aux:Lens", ())], MAX_NAME)
    if lens:
        supplied["lens"] = lens
    day, time = (next(iter(records.get(number, ())), "") for number in (iptc.DATE, iptc.TIME))
    for text in (
        *properties.get("exif:DateTimeOriginal", ()),
        *properties.get("photoshop:DateCreated", ()),
        f"{day}T{time}",
    ):
        if "T" not in text.rstrip("T"):
            continue  # a day without a time would become midnight
        try:
            supplied["captured_at"] = datetime.fromisoformat(text.strip()).isoformat()
        except ValueError:
            continue
        break
    return supplied


def _first(texts: Iterable[str], max_length: int) -> str:
    """The first text with something to read in it."""
    return next((line for text in texts if (line := readable_line(text, max_length))), "")


def _joined(names: Iterable[str]) -> str:
    lines = dict.fromkeys(readable_line(name, MAX_NAME) for name in names)
    return readable_line(", ".join(filter(None, lines)), MAX_NAME)


def _keywords(texts: Iterable[str]) -> tuple[str, ...]:
    """Single words and terms; some writers put all of them into one text.

    One that is too long is none, and so is a single letter: DJI's drones write "N".
    """
    parts = (part for text in texts for part in text.replace(",", ";").split(";"))
    words = (readable_line(part, MAX_KEYWORD + 1) for part in parts)
    terms = (word for word in words if len(word) <= MAX_KEYWORD and (len(word) > 1 or word > "\x7f"))
    return tuple(dict.fromkeys(terms))[:MAX_KEYWORDS]


def _web_addresses(texts: Iterable[str]) -> tuple[str, ...]:
    lines = (readable_line(text, MAX_URL + 1) for text in texts)
    return tuple(dict.fromkeys(line for line in lines if len(line) <= MAX_URL and _is_web(line)))[:5]


def _is_web(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in text
