from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.ingest.payloads import checked_json, checked_of, derived_json, derived_of, plan_of
from lumenstock.catalog.image import Image, Source
from lumenstock.catalog.marks import MarkId
from lumenstock.catalog.reasons import Reason, ReasonCode
from lumenstock.catalog.states import Status
from lumenstock.imaging.formats import Format
from lumenstock.imaging.header import Header
from lumenstock.imaging.renditions import EAGER, Encoding
from lumenstock.ingest.plan import MAX_GROUPS, Checked, Derived, Plan, Publishing, make_plan, stated_rights
from lumenstock.kernel.ids import ImageId, MediaKey, UserId

NOW = datetime(2026, 1, 1, tzinfo=UTC)
IMAGE = Image(
    id=ImageId("01HZY0000000000000000000A1"),
    contributor_id=UserId("ann"),
    contributor_name="Ann",
    status=Status.PROCESSING,
    version=2,
    title="",
    description="",
    tags=(),
    categories=(),
    media_key=MediaKey("ab" * 16),
    rev=3,
    source=Source("originals/ann/2026/01/01/a.jpg", "a.jpg", "image/jpeg", 10, version_id="v1"),
    created_at=NOW,
    entered_at=NOW,
)


def plan(width_px: int, height_px: int, renditions: str = "lean") -> Plan:
    header = Header(Format.JPEG, width_px, height_px, 3, interlaced=False)
    publishing = Publishing(EAGER[renditions], "https://market.example/licence")
    return make_plan(IMAGE, Format.JPEG, header, "00" * 32, publishing, MarkId("ab" * 6))


def test_a_plan_names_the_version_the_revision_and_the_size_as_shown() -> None:
    made = plan(4000, 3000)
    assert (made.key, made.version_id, made.rev) == (IMAGE.source.key, "v1", 3)
    assert (made.media_key, made.width_px, made.height_px) == (IMAGE.media_key, 4000, 3000)


@pytest.mark.parametrize(
    ("width_px", "height_px", "groups", "marked"),
    [
        (4000, 3000, (("512", "300"),), ("1024",)),
        (9000, 6666, (("512", "300"),), ("1024",)),
        (9000, 6667, (("512",), ("300",)), ("1024",)),
        (400, 300, (("300",),), ("preview",)),
        (200, 300, (), ("preview",)),
    ],
)
def test_one_decode_serves_all_clean_files_up_to_60_megapixels(
    width_px: int, height_px: int, groups: tuple[tuple[str, ...], ...], marked: tuple[str, ...]
) -> None:
    made = plan(width_px, height_px)
    assert (made.groups, made.marked) == (groups, marked)


@pytest.mark.parametrize(
    ("width_px", "height_px", "groups", "marked"),
    [
        (
            4000,
            3000,
            (("512", "450", "300", "256", "150"),),
            ("1600", "1200", "1024", "1000", "600"),
        ),
        (
            9000,
            6667,
            (("512", "300", "150"), ("450", "256")),
            ("1600", "1200", "1024", "1000", "600"),
        ),
        (1023, 700, (("512", "450", "300", "256", "150"),), ("1000", "600", "preview")),
        (290, 300, (("256", "150"),), ("preview",)),
    ],
)
def test_full_makes_every_file_that_the_source_can_fill_in_every_encoding(
    width_px: int, height_px: int, groups: tuple[tuple[str, ...], ...], marked: tuple[str, ...]
) -> None:
    made = plan(width_px, height_px, "full")
    assert (made.groups, made.marked) == (groups, marked)
    assert set(made.encodings) == set(Encoding)


@given(st.integers(16, 30_000), st.integers(16, 30_000), st.sampled_from(sorted(EAGER)))
def test_groups_share_the_clean_files_without_rest_or_repeat(
    width_px: int, height_px: int, renditions: str
) -> None:
    groups = plan(width_px, height_px, renditions).groups
    assert all(groups)
    assert len(groups) <= MAX_GROUPS
    assert sorted(name for group in groups for name in group) == sorted(EAGER[renditions].clean(width_px))


def test_a_marked_file_states_the_rights_of_the_row_and_the_stage() -> None:
    rights = plan(4000, 3000).rights
    assert (rights.creator, rights.notice) == ("Ann", "© 2026 Ann")
    assert rights.licence_url == "https://market.example/licence"
    assert rights.data_mining == "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING"


@pytest.mark.parametrize(("made", "term"), [(True, "trainedAlgorithmicMedia"), (False, ""), (None, "")])
def test_a_marked_file_says_that_a_machine_made_the_picture_and_never_guesses_what_else(
    made: bool | None,  # noqa: FBT001 - a parameter of the test
    term: str,
) -> None:
    image = replace(IMAGE, ai_generated=made)
    assert stated_rights(image, "https://market.example").digital_source.rpartition("/")[2] == term


REASONS = st.lists(
    st.builds(Reason, st.sampled_from(ReasonCode), st.text(max_size=300), st.booleans()), max_size=15
)


@given(st.integers(16, 30_000), st.integers(16, 30_000), REASONS.map(tuple))
def test_payloads_survive_the_machine(width_px: int, height_px: int, reasons: tuple[Reason, ...]) -> None:
    made = plan(width_px, height_px, "full")
    accepted = Checked(ok=True, image_id=IMAGE.id, rev=3, plan=made)
    refused = Checked(ok=False, image_id=IMAGE.id, rev=3, reasons=reasons)
    derived = [Derived(ok=True, renditions=group) for group in made.groups]
    marked = Derived(ok=False, reasons=reasons)
    payload = {
        "plan": checked_json(accepted)["plan"],
        "checked": checked_json(accepted),
        "rendered": [derived_json(part) for part in derived],
        "watermarked": derived_json(marked),
    }
    text = json.dumps(payload)
    back = json.loads(text)
    assert plan_of(back) == made
    assert checked_of(back) == accepted
    assert derived_of(back) == [*derived, marked]
    assert checked_of({"checked": json.loads(json.dumps(checked_json(refused)))}) == refused
    assert len(text) < 32_000


def test_a_refusal_by_validate_comes_with_nothing_derived() -> None:
    assert derived_of({"rendered": [], "watermarked": None}) == []
