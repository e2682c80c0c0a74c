"""The rights that a public file states: the whole of its metadata, written anew from an allow-list.

XMP, because it is the one kind that JPEG, WebP and AVIF all carry and that has a field for each of the five
statements. EXIF has two of them, and would bring a dozen technical tags along.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

_PACKET = """\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\
<x:xmpmeta xmlns:x="adobe:ns:meta/">\
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\
<rdf:Description rdf:about=""\
 xmlns:dc="http://purl.org/dc/elements/1.1/"\
 xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"\
 xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/"\
 xmpRights:Marked="True"\
 xmpRights:WebStatement="{licence_url}"\
 plus:DataMining="http://ns.useplus.org/ldf/vocab/{data_mining}"{source}>\
<dc:creator><rdf:Seq><rdf:li>{creator}</rdf:li></rdf:Seq></dc:creator>\
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{notice}</rdf:li></rdf:Alt></dc:rights>\
</rdf:Description></rdf:RDF></x:xmpmeta>\
<?xpacket end="r"?>"""

_SOURCE = """\
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"\
 Iptc4xmpExt:DigitalSourceType="{digital_source}\""""


@dataclass(frozen=True, slots=True)
class Rights:
    """What every marked file says of itself.

    Attributes:
        creator: Who made the picture.
        notice: Copyright notice.
        licence_url: Page that says how to get a licence (XMP's Web Statement of Rights).
        data_mining: A term of the PLUS vocabulary, such as ``DMI-PROHIBITED``.
        digital_source: Address of a term of IPTC's Digital Source Type; "" says nothing of it.
    """

    creator: str
    notice: str
    licence_url: str
    data_mining: str
    digital_source: str = ""

    def packet(self) -> str:
        """The XMP packet, read-only and without padding.

        Source: ISO 16684-1, 7 (packet, RDF); IPTC Photo Metadata Standard 2023.1 (Data Mining, Digital
        Source Type).
        """
        return _PACKET.format(
            creator=_text(self.creator),
            notice=_text(self.notice),
            licence_url=_text(self.licence_url),
            data_mining=_text(self.data_mining),
            source=_SOURCE.format(digital_source=_text(self.digital_source)) if self.digital_source else "",
        )


def _text(value: str) -> str:
    """``value`` as XML may hold it: control characters have no place in XML 1.0, not even escaped."""
    return escape("".join(character for character in value if character.isprintable()))
