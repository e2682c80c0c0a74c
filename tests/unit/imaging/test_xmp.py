from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.imaging.xmp import MAX_BYTES, read_xmp
from tests.pictures import xmp_packet

BOMB = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>"""


def test_lists_alternatives_elements_and_attributes_are_read() -> None:
    found = read_xmp(
        xmp_packet(
            '<dc:title><rdf:Alt><rdf:li xml:lang="de">Hafen</rdf:li><rdf:li xml:lang="x-default">Harbour</rdf:li>'
            "</rdf:Alt></dc:title><dc:subject><rdf:Bag><rdf:li>sea</rdf:li><rdf:li>boats</rdf:li></rdf:Bag>"
            "</dc:subject><photoshop:Headline>Boats</photoshop:Headline>"
            '<cc:license rdf:resource="https://example.org/l"/>',
            'xmpRights:WebStatement="https://example.org/w"',
        )
    )
    assert found == {
        "dc:title": ("Harbour", "Hafen"),
        "dc:subject": ("sea", "boats"),
        "photoshop:Headline": ("Boats",),
        "cc:license": ("https://example.org/l",),
        "xmpRights:WebStatement": ("https://example.org/w",),
    }


def test_a_property_is_found_inside_a_structure() -> None:
    inner = "<plus:LicensorURL>https://example.org</plus:LicensorURL>"
    outer = (
        f"<plus:Licensor><rdf:Seq><rdf:li rdf:parseType='Resource'>{inner}</rdf:li></rdf:Seq></plus:Licensor>"
    )
    assert read_xmp(xmp_packet(outer)) == {"plus:LicensorURL": ("https://example.org",)}


def test_the_prefix_does_not_matter_and_the_namespace_does() -> None:
    same = xmp_packet("<dc:title>Sea</dc:title>").replace(b"dc:", b"other:").replace(b":dc=", b":other=")
    assert read_xmp(same) == {"dc:title": ("Sea",)}
    other = xmp_packet("<dc:title>Sea</dc:title>").replace(b"purl.org", b"purl.example")
    assert read_xmp(other) == {}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_packets_come_in_several_encodings_and_with_padding(encoding: str) -> None:
    text = xmp_packet("<dc:title>Møre</dc:title>").decode()
    packet = text.encode(encoding)
    if encoding == "utf-16-be":
        packet = b"\xfe\xff" + packet
    assert read_xmp(packet + (b"\0\0" if encoding == "utf-8" else b"")) == {"dc:title": ("Møre",)}


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"no xml",
        xmp_packet("<dc:title>Sea</dc:title>")[:-20],
        BOMB + xmp_packet("<dc:title>&c;</dc:title>"),
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd">' + xmp_packet("<dc:title>Sea</dc:title>"),
        xmp_packet("<dc:title>Sea</dc:title>") + b" " * MAX_BYTES,
        b'<?xml version="1.0" encoding="no-such"?>' + xmp_packet("<dc:title>Sea</dc:title>"),
    ],
    ids=["empty", "no xml", "cut short", "entities", "external", "too long", "unknown encoding"],
)
def test_a_packet_that_is_not_as_it_should_be_tells_nothing(packet: bytes) -> None:
    assert read_xmp(packet) == {}


def test_hundreds_of_thousands_of_elements_are_bounded() -> None:
    deep = read_xmp(b"<a>" * 300_000)
    many = read_xmp(
        xmp_packet(f"<dc:subject><rdf:Bag>{'<rdf:li>x</rdf:li>' * 50_000}</rdf:Bag></dc:subject>")
    )
    assert (deep, len(many["dc:subject"])) == ({}, 200)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(junk: bytes) -> None:
    assert isinstance(read_xmp(junk), dict)


@given(st.integers(0, 700), st.binary(min_size=1, max_size=8))
def test_no_damage_breaks_the_reader(place: int, junk: bytes) -> None:
    packet = xmp_packet("<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>Sea</rdf:li></rdf:Alt></dc:title>")
    assert isinstance(read_xmp(packet[:place] + junk + packet[place + len(junk) :]), dict)
