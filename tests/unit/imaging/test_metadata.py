"""Files that speak of themselves, from their bytes to typed fields."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lumenstock.adapters.aws.attributes import from_attributes, to_attributes
from lumenstock.imaging import iptc
from lumenstock.imaging.metadata import MAX_KEYWORDS, Stated, read_metadata, stated_of
from tests.pictures import encode, exif_with_everything, iptc_records, jpeg, photo, with_iptc, xmp_packet

EVERYTHING = xmp_packet(
    "<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>Harbour at dawn</rdf:li></rdf:Alt></dc:title>"
    "<dc:description><rdf:Alt><rdf:li xml:lang='x-default'>Boats\nat rest</rdf:li></rdf:Alt></dc:description>"
    "<dc:subject><rdf:Bag><rdf:li>Harbour</rdf:li><rdf:li>boats</rdf:li></rdf:Bag></dc:subject>"
    "<dc:creator><rdf:Seq><rdf:li>Ann</rdf:li><rdf:li>Bob</rdf:li></rdf:Seq></dc:creator>"
    "<dc:rights><rdf:Alt><rdf:li xml:lang='x-default'>© Ann</rdf:li></rdf:Alt></dc:rights>"
    "<xmpRights:UsageTerms>All rights reserved</xmpRights:UsageTerms>"
    "<xmpRights:WebStatement>https://example.org/terms</xmpRights:WebStatement>"
    "<cc:license rdf:resource='javascript:alert(1)'/>",
    'photoshop:DateCreated="2023-04-05T06:07:08+02:00" aux:Lens="Nocturne 35mm"'
    ' Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"',
)


def put(folder: Path, body: bytes) -> str:
    path = folder / "original"
    path.write_bytes(body)
    return str(path)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_all_three_blocks_of_a_file_are_read(tmp_path: Path, kind: str) -> None:
    options: dict[str, Any] = {"exif": exif_with_everything()}
    if kind == "PNG":
        from PIL.PngImagePlugin import PngInfo

        options["pnginfo"] = PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", EVERYTHING.decode())
    else:
        options["xmp"] = EVERYTHING
    found = read_metadata(put(tmp_path, encode(photo(90, 60), kind, **options)))
    assert found["camera_model"] == "Canary 1"
    assert found["captured_at"] == "2024-05-06T07:08:09+02:00", "EXIF knows the camera's own time"
    assert {name: found[name] for name in Stated.__dataclass_fields__} == {
        "title": "Harbour at dawn",
        "description": "Boats at rest",
        "keywords": ["Harbour", "boats"],
        "creator": "Ann, Bob",
        "rights": "© Ann",
        "usage_terms": "All rights reserved",
        "licence_urls": ["https://example.org/terms"],
        "digital_source": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
    }


def test_an_editors_lens_and_time_count_where_exif_is_silent(tmp_path: Path) -> None:
    found = read_metadata(put(tmp_path, jpeg(90, 60, xmp=EVERYTHING)))
    assert (found["lens"], found["captured_at"]) == ("Nocturne 35mm", "2023-04-05T06:07:08+02:00")


def test_iptc_is_read_from_a_jpeg_and_gives_way_to_xmp(tmp_path: Path) -> None:
    records = iptc_records(
        (iptc.TITLE, b"From IPTC"),
        (iptc.KEYWORD, b"sea"),
        (iptc.CREATOR, b"Cleo"),
        (iptc.DATE, b"20220102"),
        (iptc.TIME, b"030405+0100"),
    )
    alone = read_metadata(put(tmp_path, with_iptc(jpeg(90, 60), records)))
    assert alone == {
        "title": "From IPTC",
        "keywords": ["sea"],
        "creator": "Cleo",
        "captured_at": "2022-01-02T03:04:05+01:00",
    }
    both = read_metadata(put(tmp_path, with_iptc(jpeg(90, 60, xmp=EVERYTHING), records)))
    assert (both["title"], both["keywords"]) == ("Harbour at dawn", ["Harbour", "boats"])


def test_exif_names_creator_and_rights_where_nobody_else_does(tmp_path: Path) -> None:
    found = read_metadata(put(tmp_path, jpeg(90, 60, exif=exif_with_everything())))
    assert (found["creator"], found["rights"]) == ("Canary Artist", "Canary Copyright")


def test_windows_own_tags_count_last(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x9C9B], exif[0x9C9E] = "Møre\0".encode("utf-16-le"), "sea;fjord\0".encode("utf-16-le")
    found = read_metadata(put(tmp_path, jpeg(90, 60, exif=exif)))
    assert found == {"title": "Møre", "keywords": ["sea", "fjord"]}
    exif[0x9C9E] = b"N\0\0"
    assert "keywords" not in read_metadata(put(tmp_path, jpeg(90, 60, exif=exif)))


def test_a_day_without_a_time_is_no_time(tmp_path: Path) -> None:
    records = iptc_records((iptc.DATE, b"20220102"))
    assert read_metadata(put(tmp_path, with_iptc(jpeg(90, 60), records))) == {}


def test_a_file_without_metadata_says_nothing(tmp_path: Path) -> None:
    assert read_metadata(put(tmp_path, encode(photo(40, 30), "PNG"))) == {}


def test_a_raw_file_that_no_decoder_opens_still_tells_its_exif(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Canary Cameras"
    block = exif.tobytes().removeprefix(b"Exif\0\0")
    assert read_metadata(put(tmp_path, block)) == {"camera_make": "Canary Cameras"}


def test_writing_that_turns_round_and_control_characters_are_taken_out() -> None:
    stated = stated_of({}, {"dc:title": ("\u202egnp.exe\u2066\x1b[31m\x00red\ud800",)}, {})
    assert stated.title == "gnp.exe [31m red"


def test_keywords_are_parted_bounded_and_not_repeated() -> None:
    texts = ("ab; 海,cd", "ab", "N", "", "x" * 41, *(str(number) for number in range(10, 99)))
    keywords = stated_of({}, {"dc:subject": texts}, {}).keywords
    assert keywords[:4] == ("ab", "海", "cd", "10")
    assert len(keywords) == MAX_KEYWORDS


def test_an_address_that_is_not_of_the_web_is_none() -> None:
    texts = ("https://[bad", "ftp://a.org", "https://", "https://a.org/ b", "https://a.org/" + "x" * 500)
    assert stated_of({}, {"cc:license": texts}, {}) == Stated()


@given(
    st.dictionaries(
        st.sampled_from(["dc:title", "dc:subject", "dc:creator", "cc:license"]),
        st.lists(st.text(), max_size=3).map(tuple),
    ),
    st.dictionaries(
        st.sampled_from([iptc.TITLE, iptc.KEYWORD, iptc.CREATOR]), st.lists(st.text(), max_size=3).map(tuple)
    ),
)
def test_whatever_a_file_states_can_be_stored(
    properties: dict[str, tuple[str, ...]], records: dict[int, tuple[str, ...]]
) -> None:
    known = stated_of({}, properties, records).known()
    assert from_attributes(to_attributes({"technical": known})) == {"technical": known}
    for value in known.values():
        for text in value if isinstance(value, list) else [value]:
            assert str(text).encode() == str(text).encode("utf-8", "strict")
