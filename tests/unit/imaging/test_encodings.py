"""Every rendition in every encoding: what Pillow and an XML parser find in the files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.renditions import RENDITIONS, Encoding
from lumenstock.imaging.rights import Rights
from tests.pictures import encode, photo

RIGHTS = Rights('Ann <b> & "Bea"', "© 2026 Ann", "https://market.example/licence?a=1&b=2", "DMI-PROHIBITED")
NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
}


def files(decoder: Decoder, folder: Path, width_px: int, *names: str) -> dict[str, Path]:
    source = folder / "original"
    source.write_bytes(encode(photo(width_px, width_px * 2 // 3), "PNG"))
    decoder.render(source, names, folder, tuple(Encoding), RIGHTS.packet())
    return {path.name: path for path in folder.iterdir() if path != source}


def test_every_rendition_comes_in_every_encoding_from_one_decode(decoder: Decoder, tmp_path: Path) -> None:
    made = files(decoder, tmp_path, 1700, *RENDITIONS)
    assert set(made) == {f"{name}.{encoding}" for name in RENDITIONS for encoding in Encoding}
    for name, path in made.items():
        with Image.open(path) as image:
            encoding = Encoding(path.suffix.removeprefix("."))
            assert Image.MIME[image.format or ""] == encoding.media_type
            assert image.size[0] == RENDITIONS[name.split(".")[0]].width_px
            assert image.mode == "RGB"


@pytest.mark.parametrize("encoding", Encoding)
def test_the_encodings_of_a_rendition_show_the_same_picture(
    decoder: Decoder, tmp_path: Path, encoding: Encoding
) -> None:
    made = files(decoder, tmp_path, 1200, "512")
    wanted = photo(1200, 800).resize((512, 341), Image.Resampling.LANCZOS)
    with Image.open(made[f"512.{encoding}"]) as image:
        difference = np.asarray(image, dtype=float) - np.asarray(wanted, dtype=float)
    assert 10 * np.log10(255**2 / np.mean(difference**2)) > 35


def test_a_jpeg_is_progressive_and_of_the_table_that_keeps_detail(decoder: Decoder, tmp_path: Path) -> None:
    with Image.open(files(decoder, tmp_path, 700, "512")["512.jpg"]) as image:
        assert image.info["progressive"] == 1
        # At quality 82 the table of the standard begins with 6, 4, 4, 6.
        assert image.quantization[0][:8] == [6, 6, 6, 6, 9, 13, 20, 31]  # type: ignore[attr-defined]


def stated(path: Path) -> ET.Element:
    """The description in the packet of a file."""
    body = path.read_bytes()
    start, end = body.index(b"<x:xmpmeta"), body.index(b"</x:xmpmeta>") + len(b"</x:xmpmeta>")
    found = ET.fromstring(body[start:end]).find(".//rdf:Description", NAMESPACES)
    assert found is not None
    return found


@pytest.mark.parametrize("encoding", Encoding)
@pytest.mark.parametrize("name", ["600", "1024", "preview"])
def test_a_file_from_600_px_up_states_its_rights(
    decoder: Decoder, tmp_path: Path, name: str, encoding: Encoding
) -> None:
    description = stated(files(decoder, tmp_path, 1100, name)[f"{name}.{encoding}"])
    items = [item.text for item in description.iter(f"{{{NAMESPACES['rdf']}}}li")]
    assert items == [RIGHTS.creator, RIGHTS.notice]
    attributes = {key.split("}")[1]: value for key, value in description.attrib.items()}
    assert attributes == {
        "about": "",
        "Marked": "True",
        "WebStatement": RIGHTS.licence_url,
        "DataMining": "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED",
    }


@pytest.mark.parametrize(("width_px", "name"), [(900, "512"), (900, "150"), (599, "preview")])
def test_a_file_below_600_px_holds_nothing_but_pixels(
    decoder: Decoder, tmp_path: Path, width_px: int, name: str
) -> None:
    for path in files(decoder, tmp_path, width_px, name).values():
        body = path.read_bytes()
        assert not [word for word in (b"xmpmeta", b"XMP", b"Exif", b"EXIF", b"ICCP") if word in body], path


def test_a_packet_names_the_digital_source_where_one_is_known() -> None:
    packet = replace(RIGHTS, digital_source="http://cv.iptc.org/x&y").packet()
    root = ET.fromstring(packet[packet.index("<x:") : packet.index("<?xpacket end")])
    name = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
    assert [at.attrib[name] for at in root.iter() if name in at.attrib] == ["http://cv.iptc.org/x&y"]
    assert "DigitalSourceType" not in RIGHTS.packet()


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_packet_is_well_formed_whatever_a_name_holds(creator: str, notice: str) -> None:
    packet = Rights(creator, notice, "https://market.example/licence", "DMI-ALLOWED").packet()
    root = ET.fromstring(packet[packet.index("<x:") : packet.index("<?xpacket end")])
    texts = [item.text or "" for item in root.iter(f"{{{NAMESPACES['rdf']}}}li")]
    assert texts == ["".join(c for c in text if c.isprintable()) for text in (creator, notice)]
