from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lumenstock.catalog.tags import clean_tags


def test_tags_are_tidy_lower_case_and_unique_in_their_order() -> None:
    assert clean_tags(["Sea", " boats ", "SEA", "São  Paulo", "Sa\u0303o Paulo"]) == (
        "sea",
        "boats",
        "são paulo",
    )


@given(st.lists(st.text(max_size=20)))
def test_cleaning_twice_is_cleaning_once(tags: list[str]) -> None:
    assert clean_tags(clean_tags(tags)) == clean_tags(tags)
