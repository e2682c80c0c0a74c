from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.imaging.iptc import CAPTION, CREATOR, KEYWORD, TITLE, read_iptc
from tests.pictures import iptc_records, photoshop_block

RECORDS = iptc_records((TITLE, "Møre".encode()), (KEYWORD, b"sea"), (KEYWORD, b"boats"))


def test_texts_are_read_by_number_in_their_order() -> None:
    assert read_iptc(RECORDS) == {TITLE: ("Møre",), KEYWORD: ("sea", "boats")}


def test_a_jpeg_wraps_them_into_photoshops_resources() -> None:
    assert read_iptc(photoshop_block(RECORDS)) == read_iptc(RECORDS)


def test_without_a_word_on_the_character_set_it_is_utf_8_or_else_latin_1() -> None:
    assert read_iptc(iptc_records((CREATOR, "Zoë".encode("latin-1")))) == {CREATOR: ("Zoë",)}


def test_the_character_set_of_the_envelope_counts() -> None:
    envelope = b"\x1c\x01\x5a\x00\x03\x1b%G"
    assert read_iptc(envelope + iptc_records((CREATOR, b"Zo\xeb"))) == {CREATOR: ("Zo\ufffd",)}


def test_what_stands_before_a_cut_counts() -> None:
    assert read_iptc(RECORDS[:-1]) == {TITLE: ("Møre",), KEYWORD: ("sea", "boat")}
    assert read_iptc(RECORDS + b"\x1c\x02") == read_iptc(RECORDS)


def test_records_that_are_longer_than_any_text_end_the_reading() -> None:
    assert read_iptc(RECORDS + b"\x1c\x02\x78\x80\x04\x00\x00\x00\x01x") == read_iptc(RECORDS)


def test_a_flood_of_records_is_bounded() -> None:
    flood = iptc_records(*((CAPTION, b"x"),) * 5000)
    assert len(read_iptc(flood)[CAPTION]) == 1000


@pytest.mark.parametrize(
    "block", [b"", b"Photoshop 3.0\0", b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\xff\xff\xff\xff"]
)
def test_a_block_without_records_tells_nothing(block: bytes) -> None:
    assert read_iptc(block) == {}


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(junk: bytes) -> None:
    for start in (b"", b"\x1c", b"Photoshop 3.0\x008BIM"):
        assert isinstance(read_iptc(start + junk), dict)
