from __future__ import annotations

import pytest

from lumenstock.search.ports import Synonym
from lumenstock.search.synonyms import parse, shipped, synonyms_for


def test_members_of_a_group_stand_for_each_other() -> None:
    assert parse("car, auto") == {"car": ("auto",), "auto": ("car",)}


def test_an_arrow_goes_one_way() -> None:
    assert parse("couch => sofa, settee") == {"couch": ("sofa", "settee")}


def test_several_words_are_reached_and_reach_nothing() -> None:
    assert parse("car, Motor  Car") == {"car": ("motor car",)}


def test_groups_of_one_word_are_joined() -> None:
    assert parse("car, auto\ncar, cab") == {"car": ("auto", "cab"), "auto": ("car",), "cab": ("car",)}


def test_comments_and_empty_lines_say_nothing() -> None:
    assert parse("# words\n\ncar, auto # two\n") == parse("car, auto")


@pytest.mark.parametrize("line", ["car", "car =>", "=> car", ",", "=>"])
def test_a_line_that_joins_nothing_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="Line 2"):
        parse(f"a, b\n{line}")


@pytest.mark.parametrize("word", ["city", "Cities", "citys"])
def test_the_plural_has_the_synonyms_of_the_singular(word: str) -> None:
    (found,) = synonyms_for(f"old {word}", parse("city, town"))
    assert found == Synonym(word.lower(), ("town",))


def test_accents_and_repeats_make_no_difference() -> None:
    assert synonyms_for("Cafe CAFÉ", parse("café, bistro")) == (Synonym("cafe", ("bistro",)),)


def test_what_ships_can_be_read() -> None:
    assert "car" in shipped()["automobile"]
