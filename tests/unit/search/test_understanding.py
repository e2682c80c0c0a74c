from __future__ import annotations

from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.search.ports import Filters
from lumenstock.search.understanding import Reading, Topic, Understood, understand


def reading(
    text: str, filters: Filters | None = None, *, literal: Collection[Topic] = (), counted: bool = True
) -> Reading:
    return understand(text, filters or Filters(), literal=literal, counts_people=lambda: counted)


def test_a_question_is_parted_into_words_and_filters() -> None:
    found = reading("red car at night, no people")
    assert (found.text, found.filters) == ("red car at night", Filters(people_to=0))
    assert found.understood == (Understood(Topic.PEOPLE, "no people", "0"),)


@pytest.mark.parametrize(
    ("text", "left", "filters"),
    [
        ("beach without people", "beach", Filters(people_to=0)),
        ("Nobody on the beach", "on the beach", Filters(people_to=0)),
        ("two people on a bench", "on a bench", Filters(people_from=2, people_to=2)),
        ("3 people", "", Filters(people_from=3, people_to=3)),
        ("sea, portrait format", "sea", Filters(orientation="portrait")),
        ("vertical photo of a tree", "of a tree", Filters(orientation="portrait")),
        ("lake in landscape orientation", "lake", Filters(orientation="landscape")),
        ("square pictures of food", "of food", Filters(orientation="square")),
        ("sunset in orange tones", "sunset", Filters(color="#FFA500")),
        ("mostly dark green leaves", "leaves", Filters(color="#0B4F2E")),
        ("gray colours and fog", "fog", Filters(color="#808080")),
        ("waterfall in 4K", "waterfall", Filters(min_width_px=3840)),
        ("waterfall, at least 6000 px wide", "waterfall", Filters(min_width_px=6000)),
    ],
)
def test_words_about_the_picture_become_filters(text: str, left: str, filters: Filters) -> None:
    found = reading(text)
    assert (found.text, found.filters) == (left, filters)


@pytest.mark.parametrize(
    "text",
    [
        "red car",
        "woman in red",
        "portrait of a woman",
        "landscape with trees",
        "vertical garden",
        "square in rome",
        "4k monitor",
        "people",
        "no entry sign",
        "red, car",
    ],
)
def test_words_about_what_is_shown_stay_words(text: str) -> None:
    assert reading(text) == Reading(text, Filters(), (), ())


def test_several_rules_apply_together() -> None:
    found = reading("desert, no people, in orange tones, landscape format, in 8k")
    assert found.text == "desert"
    assert [note.topic for note in found.understood] == list(Topic)


@pytest.mark.parametrize("topic", Topic)
def test_each_can_be_undone(topic: Topic) -> None:
    found = reading("desert, no people, in orange tones, landscape format, in 8k", literal=[topic])
    assert [note.topic for note in found.understood] == [other for other in Topic if other is not topic]


def test_what_the_caller_chose_stands() -> None:
    chosen = Filters(people_from=1, orientation="square", color="#000000", min_width_px=10)
    text = "no people, portrait format, mostly red, in 4k"
    assert reading(text, chosen) == Reading(text, chosen, (), ())


def test_where_nobody_counts_people_words_are_excluded() -> None:
    found = reading("beach, no people", counted=False)
    assert (found.text, found.filters) == ("beach", Filters())
    assert {"people", "person", "women", "hiker"} <= set(found.excluded)
    assert [note.value for note in found.understood] == ["0"]


def test_where_nobody_counts_people_a_number_of_them_stays_words() -> None:
    assert reading("two people", counted=False).understood == ()


def test_whether_people_are_counted_is_asked_only_where_it_matters() -> None:
    def must_not_be_asked() -> bool:
        raise AssertionError

    understand("red car in 4k", Filters(), counts_people=must_not_be_asked)


@given(st.lists(st.sampled_from(["no people", "in 4k", "red", ",", "portrait format", "mostly blue", "and"])))
def test_what_is_taken_and_what_is_left_are_parts_of_what_was_written(pieces: list[str]) -> None:
    text = " ".join(pieces)
    found = reading(text)
    assert all(note.words in text for note in found.understood)
    assert set(found.text.split()) <= set(text.split())
