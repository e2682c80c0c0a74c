from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from lumenstock.catalog.image import image_id_of, original_key
from lumenstock.ingest.direct import direct_image_id, session_of
from lumenstock.kernel.clock import from_iso
from lumenstock.kernel.ids import ULID_PATTERN, ImageId, UploadId, UserId

SESSION = UploadId("01JD8QZ9Y0V7W3T5K2N4M6P8RA")
PREFIX = f"originals/ann/2026/11/21/{SESSION}/"


@given(st.text(min_size=1))
def test_a_key_always_has_the_same_id_which_is_a_ulid_of_the_sessions_time(name: str) -> None:
    image_id = direct_image_id(SESSION, PREFIX + name)
    assert image_id == direct_image_id(SESSION, PREFIX + name)
    assert re.fullmatch(ULID_PATTERN, image_id)
    assert image_id[:10] == SESSION[:10]


@given(st.sets(st.text(min_size=1), min_size=2))
def test_two_keys_have_two_ids(names: set[str]) -> None:
    assert len({direct_image_id(SESSION, PREFIX + name) for name in names}) == len(names)


@given(st.text(min_size=1))
def test_a_file_below_a_sessions_folder_names_the_session_and_nothing_else(name: str) -> None:
    assert session_of(PREFIX + name) == SESSION
    assert image_id_of(PREFIX + name) is None


def test_other_keys_name_no_session() -> None:
    announced = original_key(UserId("ann"), ImageId(SESSION), from_iso("2026-11-21T00:00:00Z"), "jpg")
    for key in (announced, PREFIX, "bulk/a/b/c/d/e/f", "originals/ann/2026/11/21", ""):
        assert session_of(key) is None
