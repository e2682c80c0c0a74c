from __future__ import annotations

import io
from dataclasses import dataclass, fields
from typing import Any

import exifread
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.adapters.aws.attributes import from_attributes, to_attributes
from lumenstock.imaging.exif import Technical, technical_of
from tests.pictures import exif_with_everything


@dataclass
class Tag:
    """A tag as exifread gives it."""

    values: Any
    printable: str = ""


def test_what_the_camera_wrote_is_typed() -> None:
    block = exif_with_everything().tobytes().removeprefix(b"Exif\0\0")
    tags = exifread.process_file(io.BytesIO(block), details=True)
    assert technical_of(tags) == Technical(
        camera_make="Canary Cameras",
        camera_model="Canary 1",
        lens="Canary 50mm F2.8",
        software="CanarySoft",
        captured_at="2024-05-06T07:08:09+02:00",
        exposure_s=0.004,
        f_number=2.8,
        iso=400,
        focal_length_mm=50.0,
        focal_length_35mm=75,
        latitude=-33.85875,
        longitude=151.21,
        altitude_m=58.0,
    )


def test_only_what_is_known_is_told() -> None:
    known = technical_of({"EXIF ISOSpeedRatings": Tag([200])}).known()
    assert known == {"iso": 200}


@pytest.mark.parametrize(
    ("name", "values", "field"),
    [
        ("EXIF ISOSpeedRatings", [0], "iso"),
        ("EXIF FNumber", [float("nan")], "f_number"),
        ("EXIF FocalLength", [-1.0], "focal_length_mm"),
        ("EXIF ExposureTime", [], "exposure_s"),
        ("Image Orientation", [9], "orientation"),
        ("GPS GPSLatitude", [91.0, 0.0, 0.0], "latitude"),
        ("GPS GPSLatitude", [51.0, 0.0], "latitude"),
        ("GPS GPSLongitude", [float("inf"), 0.0, 0.0], "longitude"),
        ("EXIF DateTimeOriginal", "0000:00:00 00:00:00", "captured_at"),
        ("EXIF DateTimeOriginal", "yesterday", "captured_at"),
        ("Image Make", "\0\0\0", "camera_make"),
        ("EXIF LensModel", "Unknown", "lens"),
    ],
)
def test_nonsense_is_not_told(name: str, values: Any, field: str) -> None:
    assert getattr(technical_of({name: Tag(values)}), field) is None


def test_a_time_without_offset_has_none() -> None:
    tags = {"EXIF DateTimeOriginal": Tag("2024:05:06 07:08:09"), "EXIF OffsetTimeOriginal": Tag("soon")}
    assert technical_of(tags).captured_at == "2024-05-06T07:08:09"


def test_west_and_below_the_sea_are_negative() -> None:
    tags = {
        "GPS GPSLongitude": Tag([10.0, 30.0, 0.0]),
        "GPS GPSLongitudeRef": Tag("W"),
        "GPS GPSAltitude": Tag([12.5]),
        "GPS GPSAltitudeRef": Tag([1]),
    }
    found = technical_of(tags)
    assert (found.longitude, found.altitude_m) == (-10.5, -12.5)


def test_a_long_text_is_cut_and_control_characters_go() -> None:
    assert technical_of({"Image Make": Tag("A\x07B" + "x" * 500)}).camera_make == "A B" + "x" * 117


NAMES = [
    "Image Make",
    "EXIF LensModel",
    "EXIF DateTimeOriginal",
    "EXIF ExposureTime",
    "EXIF ISOSpeedRatings",
    "GPS GPSLatitude",
    "GPS GPSLatitudeRef",
    "GPS GPSAltitude",
]
VALUES = st.one_of(
    st.text(max_size=30),
    st.lists(st.one_of(st.integers(), st.floats(), st.text(max_size=3)), max_size=4),
    st.none(),
)


@given(st.dictionaries(st.sampled_from(NAMES), st.builds(Tag, VALUES, st.text(max_size=30))))
def test_whatever_a_file_claims_the_answer_is_of_the_stated_types(tags: dict[str, Tag]) -> None:
    told = technical_of(tags).known()
    kinds = {
        field.name: field.type.split(" | ")[0] for field in fields(Technical) if isinstance(field.type, str)
    }
    assert all(type(value).__name__ == kinds[name] for name, value in told.items())


@given(st.dictionaries(st.sampled_from(NAMES), st.builds(Tag, VALUES, st.text(max_size=30))))
def test_whatever_is_told_can_be_stored(tags: dict[str, Tag]) -> None:
    told = technical_of(tags).known()
    stored = from_attributes(to_attributes({"technical": told}))["technical"]
    assert isinstance(stored, dict)
    assert {name: type(told[name])(value) for name, value in stored.items()} == told
