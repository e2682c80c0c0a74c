"""Phrases, prefixes, exclusions and synonyms: what they find, in both legs, and how they weigh."""

from __future__ import annotations

from typing import Any

import pytest

from lumenstock.search.ports import Filters, Hit, IndexQuery, SearchIndex, Synonym
from tests.contract.search.documents import asking, document, numbers, toward, unit_vector


def found(index: SearchIndex, **query: Any) -> list[int]:
    return sorted(numbers(index.query(IndexQuery(**query)).keyword))


def hits(index: SearchIndex, **query: Any) -> tuple[Hit, ...]:
    return index.query(IndexQuery(**query)).keyword


class TestPhrases:
    def test_its_words_follow_one_another(self, index: SearchIndex) -> None:
        index.write([document(1, title="golden hour at sea"), document(2, title="hour of the golden gate")])
        assert found(index, phrases=("golden hour",)) == [1]

    def test_the_order_of_its_words_counts(self, index: SearchIndex) -> None:
        index.write([document(1, title="red car"), document(2, title="car red")])
        assert found(index, phrases=("car red",)) == [2]

    def test_a_word_between_breaks_it(self, index: SearchIndex) -> None:
        index.write([document(1, title="red fast car")])
        assert found(index, phrases=("red car",)) == []

    def test_it_lies_in_one_field(self, index: SearchIndex) -> None:
        index.write([document(1, title="red", description="car"), document(2, description="a red car")])
        assert found(index, phrases=("red car",)) == [2]

    def test_it_does_not_reach_from_one_tag_into_the_next(self, index: SearchIndex) -> None:
        index.write([document(1, tags=("red", "car")), document(2, tags=("red car",))])
        assert found(index, phrases=("red car",)) == [2]

    def test_it_may_lie_in_any_tag(self, index: SearchIndex) -> None:
        index.write([document(1, tags=("sea", "golden hour", "sun"))])
        assert found(index, phrases=("golden hour",)) == [1]

    def test_its_words_are_taken_as_written(self, index: SearchIndex) -> None:
        index.write([document(1, title="running dogs"), document(2, title="running dog")])
        assert found(index, phrases=("running dog",)) == [2]

    def test_one_word_is_a_phrase_that_is_not_stemmed(self, index: SearchIndex) -> None:
        index.write([document(1, title="cars"), document(2, title="car")])
        assert found(index, phrases=("cars",)) == [1]

    def test_stop_words_are_words_of_a_phrase(self, index: SearchIndex) -> None:
        index.write([document(1, title="man in the moon"), document(2, title="man on a moon")])
        assert found(index, phrases=("man in the moon",)) == [1]

    def test_case_accents_and_punctuation_make_no_difference(self, index: SearchIndex) -> None:
        index.write([document(1, title="Café-au-Lait")])
        assert found(index, phrases=("cafe AU lait",)) == [1]

    def test_all_phrases_are_required(self, index: SearchIndex) -> None:
        index.write([document(1, title="red car, blue sky"), document(2, title="red car, grey sky")])
        assert found(index, phrases=("red car", "blue sky")) == [1]

    def test_words_beside_a_phrase_are_required_too(self, index: SearchIndex) -> None:
        index.write([document(1, title="red car night"), document(2, title="red car")])
        assert found(index, text="night", phrases=("red car",)) == [1]

    def test_a_phrase_in_the_title_weighs_more_than_in_tags_than_in_the_description(
        self, index: SearchIndex
    ) -> None:
        index.write(
            [
                document(1, title="boat trip", description="red car"),
                document(2, title="boat trip", tags=("red car",)),
                document(3, title="red car"),
            ]
        )
        assert numbers(hits(index, phrases=("red car",))) == [3, 2, 1]

    def test_without_words_it_is_nowhere(self, index: SearchIndex) -> None:
        index.write([document(1, title="?!")])
        assert found(index, phrases=("?!",)) == []

    def test_the_vector_leg_must_hold_it_too(self, index: SearchIndex) -> None:
        near = unit_vector(1)
        index.write([document(1, title="red car", vector=near), document(2, title="boat", vector=near)])
        answer = index.query(IndexQuery(vector=asking(near), phrases=("red car",)))
        assert (numbers(answer.vector), numbers(answer.keyword), answer.total) == ([1], [1], 1)


class TestPrefixes:
    def test_it_begins_a_word(self, index: SearchIndex) -> None:
        index.write([document(1, title="a photographer"), document(2, title="telephoto"), document(3)])
        assert found(index, prefixes=("photo",)) == [1]

    def test_a_whole_word_begins_itself(self, index: SearchIndex) -> None:
        index.write([document(1, title="car"), document(2, title="carpet")])
        assert found(index, prefixes=("car",)) == [1, 2]

    def test_words_begin_as_they_are_written(self, index: SearchIndex) -> None:
        index.write([document(1, title="photography")])  # its stem ends in i
        assert found(index, prefixes=("photography",)) == [1]

    @pytest.mark.parametrize("field", [{"tags": ("sea", "sunset")}, {"description": "at sunset"}])
    def test_each_field_is_looked_into(self, index: SearchIndex, field: dict[str, Any]) -> None:
        index.write([document(1, **field)])
        assert found(index, prefixes=("suns",)) == [1]

    def test_case_and_accents_make_no_difference(self, index: SearchIndex) -> None:
        index.write([document(1, title="Élégance")])
        assert found(index, prefixes=("ELE",)) == [1]

    def test_a_stop_word_may_begin_a_word(self, index: SearchIndex) -> None:
        index.write([document(1, title="theatre")])
        assert found(index, prefixes=("the",)) == [1]

    @pytest.mark.parametrize("prefix", ["c.r", "ca[r]", "car|boat", ".", "?!"])
    def test_a_pattern_is_only_text(self, index: SearchIndex, prefix: str) -> None:
        index.write([document(1, title="car"), document(2, title="boat")])
        assert found(index, prefixes=(prefix,)) == []

    def test_all_prefixes_are_required(self, index: SearchIndex) -> None:
        index.write([document(1, title="sunset beach"), document(2, title="sunset")])
        assert found(index, prefixes=("sun", "bea")) == [1]

    def test_beside_words_both_are_required(self, index: SearchIndex) -> None:
        index.write(
            [document(1, title="sunset beach"), document(2, title="sunset"), document(3, title="beach")]
        )
        assert found(index, text="beach", prefixes=("sun",)) == [1]

    def test_it_scores_by_the_field_and_not_by_how_rare_it_is(self, index: SearchIndex) -> None:
        index.write(
            [
                document(1, description="sunny sunny sundown"),
                document(2, tags=("sunny",)),
                document(3, title="sunset"),
                document(4, title="sundial sunflower", tags=("sun",)),
            ]
        )
        ranked = hits(index, prefixes=("sun",))
        assert numbers(ranked) == [3, 4, 2, 1]
        assert ranked[0].score == ranked[1].score


class TestExclusions:
    def test_what_holds_the_word_is_no_find(self, index: SearchIndex) -> None:
        index.write([document(1, title="red car"), document(2, title="blue car")])
        assert found(index, text="car", excluded=("red",)) == [2]

    @pytest.mark.parametrize("field", [{"tags": ("red",)}, {"description": "red"}])
    def test_the_word_may_be_in_any_field(self, index: SearchIndex, field: dict[str, Any]) -> None:
        index.write([document(1, title="car", **field), document(2, title="car")])
        assert found(index, text="car", excluded=("red",)) == [2]

    def test_all_forms_of_the_word_are_excluded(self, index: SearchIndex) -> None:
        index.write([document(1, title="car with dogs"), document(2, title="car with cat")])
        assert found(index, text="car", excluded=("Dog",)) == [2]

    def test_a_phrase_is_excluded_as_it_is_written(self, index: SearchIndex) -> None:
        index.write([document(1, title="hot dog car"), document(2, title="hot car of a dog")])
        assert found(index, text="car", excluded=("hot dog",)) == [2]

    def test_each_exclusion_counts(self, index: SearchIndex) -> None:
        index.write([document(n, title=f"car {name}") for n, name in enumerate(("red", "blue", "green"))])
        assert found(index, text="car", excluded=("red", "green")) == [1]

    def test_alone_it_leaves_everything_else_newest_first(self, index: SearchIndex) -> None:
        index.write([document(n, title="car" if n % 2 else "boat") for n in range(6)])
        assert numbers(hits(index, excluded=("car",))) == [4, 2, 0]

    @pytest.mark.parametrize("text", ["the", "?!", ""])
    def test_what_is_no_word_excludes_nothing(self, index: SearchIndex, text: str) -> None:
        index.write([document(1, title="the car ?!")])
        assert found(index, text="car", excluded=(text,)) == [1]

    def test_it_does_not_change_the_scores_of_the_others(self, index: SearchIndex) -> None:
        index.write([document(n, title="car " + "street " * n) for n in range(1, 4)])
        index.write([document(9, title="car boat")])
        plain = [hit for hit in hits(index, text="car") if numbers([hit]) != [9]]
        assert list(hits(index, text="car", excluded=("boat",))) == plain

    def test_the_vector_leg_leaves_it_out_too(self, index: SearchIndex) -> None:
        near = unit_vector(1)
        index.write([document(1, title="car", vector=near), document(2, vector=toward(near, 0.5))])
        answer = index.query(IndexQuery(vector=asking(near), excluded=("car",)))
        assert (numbers(answer.vector), answer.total) == ([2], 1)

    def test_pages_leave_it_out_too(self, index: SearchIndex) -> None:
        index.write([document(n, title="car" if n % 2 else "car boat") for n in range(8)])
        query = IndexQuery(text="car", excluded=("boat",))
        assert numbers(index.keyword_page(query, excluding=(), offset=1, limit=2)) == [3, 5]


class TestSynonyms:
    AUTO = Synonym("car", ("automobile", "motor vehicle"))

    def test_another_word_stands_for_the_word(self, index: SearchIndex) -> None:
        index.write([document(1, title="automobile"), document(2, title="boat")])
        assert found(index, text="car", synonyms=(self.AUTO,)) == [1]

    def test_without_it_the_other_word_does_not(self, index: SearchIndex) -> None:
        index.write([document(1, title="automobile")])
        assert found(index, text="car") == []

    def test_a_phrase_stands_for_the_word(self, index: SearchIndex) -> None:
        index.write([document(1, title="motor vehicle"), document(2, title="vehicle without motor")])
        assert found(index, text="car", synonyms=(self.AUTO,)) == [1]

    def test_any_form_of_the_word_has_the_synonym(self, index: SearchIndex) -> None:
        index.write([document(1, title="automobile")])
        assert found(index, text="Cars", synonyms=(self.AUTO,)) == [1]

    def test_any_form_of_the_other_word_stands_for_it(self, index: SearchIndex) -> None:
        index.write([document(1, title="automobiles")])
        assert found(index, text="car", synonyms=(self.AUTO,)) == [1]

    def test_it_goes_one_way(self, index: SearchIndex) -> None:
        index.write([document(1, title="car")])
        assert found(index, text="automobile", synonyms=(self.AUTO,)) == []

    def test_the_word_itself_comes_first(self, index: SearchIndex) -> None:
        index.write([document(1, title="automobile"), document(2, title="car")])
        assert numbers(hits(index, text="car", synonyms=(self.AUTO,))) == [2, 1]

    def test_word_and_synonym_in_one_document_count_as_one_word(self, index: SearchIndex) -> None:
        index.write([document(1, title="car automobile"), document(2, title="car night")])
        assert found(index, text="car night", synonyms=(self.AUTO,)) == [2]

    def test_each_word_may_have_its_own(self, index: SearchIndex) -> None:
        index.write([document(1, title="automobile evening"), document(2, title="automobile")])
        own = (self.AUTO, Synonym("night", ("evening",)))
        assert found(index, text="car night", synonyms=own) == [1]

    def test_those_of_words_that_nobody_asked_for_say_nothing(self, index: SearchIndex) -> None:
        index.write([document(1, title="evening")])
        assert found(index, text="car", synonyms=(Synonym("night", ("evening",)),)) == []

    def test_they_do_not_reach_phrases(self, index: SearchIndex) -> None:
        index.write([document(1, title="automobile")])
        assert found(index, phrases=("car",), synonyms=(self.AUTO,)) == []

    def test_a_synonym_that_is_a_stop_word_stands_for_nothing(self, index: SearchIndex) -> None:
        index.write([document(1, title="the boat")])
        assert found(index, text="car", synonyms=(Synonym("car", ("the", "?!")),)) == []


def test_everything_at_once(index: SearchIndex) -> None:
    wanted: dict[str, Any] = {"title": "red automobile at golden hour", "orientation": "square"}
    changes: list[dict[str, Any]] = [
        {"orientation": "portrait"},
        {"title": "red automobile"},
        {"tags": ("rust",)},
        {"title": "sea"},
    ]
    index.write([document(0, **wanted), *(document(n, **(wanted | c)) for n, c in enumerate(changes, 1))])
    query = IndexQuery(
        text="car",
        phrases=("golden hour",),
        prefixes=("auto",),
        excluded=("rust",),
        synonyms=(Synonym("car", ("automobile",)),),
        filters=Filters(orientation="square"),
    )
    assert numbers(index.query(query).keyword) == [0]
