"""What is completed, what is meant, and which words are marked."""

from __future__ import annotations

from typing import Any

import pytest

from lumenstock.search.document import Removal
from lumenstock.search.ports import SUGGESTION_LENGTH, IndexQuery, SearchIndex, Synonym
from tests.contract.search.documents import document, image_id


def suggested(index: SearchIndex, beginning: str, limit: int = 10) -> list[tuple[str, int]]:
    return [(found.text, found.documents) for found in index.suggest(beginning, limit)]


class TestSuggestions:
    def test_titles_and_tags_are_completed(self, index: SearchIndex) -> None:
        index.write([document(1, title="Golden Sunset", tags=("golden hour", "sea"))])
        assert suggested(index, "gold") == [("golden hour", 1), ("golden sunset", 1)]

    def test_descriptions_and_categories_are_not(self, index: SearchIndex) -> None:
        index.write([document(1, description="golden", categories=("golden",), contributor_name="Golden")])
        assert suggested(index, "gold") == []

    def test_only_their_beginning_counts(self, index: SearchIndex) -> None:
        index.write([document(1, title="the golden hour", tags=("marigold",))])
        assert suggested(index, "gold") == []

    def test_what_more_documents_have_comes_first(self, index: SearchIndex) -> None:
        index.write([document(n, tags=("sun",) if n else ("sunset", "sun")) for n in range(3)])
        assert suggested(index, "su") == [("sun", 3), ("sunset", 1)]

    def test_ties_come_by_alphabet(self, index: SearchIndex) -> None:
        index.write(
            [document(1, tags=("sunset",)), document(2, tags=("sunday",)), document(3, tags=("sun",))]
        )
        assert [text for text, _ in suggested(index, "sun")] == ["sun", "sunday", "sunset"]

    def test_no_more_than_asked_for_are_given(self, index: SearchIndex) -> None:
        index.write([document(n, title=f"sun {n}") for n in range(9)])
        assert suggested(index, "sun", 2) == [("sun 0", 1), ("sun 1", 1)]

    def test_a_title_that_is_also_a_tag_counts_its_document_once(self, index: SearchIndex) -> None:
        index.write([document(1, title="Sunset", tags=("sunset",)), document(2, tags=("SUNSET",))])
        assert suggested(index, "sun") == [("sunset", 2)]

    def test_spaces_in_a_row_are_one(self, index: SearchIndex) -> None:
        index.write([document(1, title="Golden   hour")])
        assert suggested(index, "golden h") == [("golden hour", 1)]

    def test_signs_are_only_text(self, index: SearchIndex) -> None:
        index.write([document(1, tags=("c++ (code)", "c.d"))])
        assert suggested(index, "c+") == [("c++ (code)", 1)]
        assert suggested(index, "c.*") == []

    def test_what_is_too_long_is_not_suggested(self, index: SearchIndex) -> None:
        index.write([document(n, title="x" * (SUGGESTION_LENGTH + n)) for n in range(2)])
        assert suggested(index, "xx") == [("x" * SUGGESTION_LENGTH, 1)]

    def test_what_was_removed_is_not_suggested(self, index: SearchIndex) -> None:
        index.write([document(1, title="sunset"), document(2, title="sunset"), document(3, title="sunrise")])
        index.write([Removal(image_id(1), 2), Removal(image_id(3), 2)])
        assert suggested(index, "sun") == [("sunset", 1)]

    def test_what_was_renamed_is_suggested_by_its_new_name(self, index: SearchIndex) -> None:
        index.write([document(1, title="sunset")])
        index.write([document(1, title="sunrise", version=2)])
        assert suggested(index, "sun") == [("sunrise", 1)]

    def test_an_empty_index_suggests_nothing(self, index: SearchIndex) -> None:
        assert suggested(index, "s") == []


class TestCorrections:
    @pytest.mark.parametrize("slip", ["montain", "mountian", "mountainn", "mountaim", "mxuntaxn"])
    def test_a_slip_means_the_word_that_there_is(self, index: SearchIndex, slip: str) -> None:
        index.write([document(1, title="mountain lake")])
        assert index.corrections([slip]) == {slip: "mountain"}

    def test_a_word_that_there_is_means_itself(self, index: SearchIndex) -> None:
        index.write([document(1, title="mountain"), document(2, title="fountain")])
        assert index.corrections(["mountain"]) == {}

    def test_another_form_of_a_word_that_there_is_means_itself(self, index: SearchIndex) -> None:
        index.write([document(1, title="mountain")])
        assert index.corrections(["mountains"]) == {}

    @pytest.mark.parametrize("field", [{"tags": ("mountain",)}, {"description": "a mountain"}])
    def test_words_of_each_field_are_known(self, index: SearchIndex, field: dict[str, Any]) -> None:
        index.write([document(1, **field)])
        assert index.corrections(["montain"]) == {"montain": "mountain"}

    def test_fewer_edits_win_over_more_documents(self, index: SearchIndex) -> None:
        index.write([document(1, title="stormy"), *(document(n, title="stone") for n in range(2, 6))])
        assert index.corrections(["stormx"]) == {"stormx": "stormy"}

    def test_of_equally_near_words_that_of_more_documents_is_meant(self, index: SearchIndex) -> None:
        index.write([document(1, title="beach"), document(2, tags=("bench",)), document(3, title="bench")])
        assert index.corrections(["beich"]) == {"beich": "bench"}

    def test_a_document_that_repeats_a_word_counts_once(self, index: SearchIndex) -> None:
        index.write([document(1, title="bead bead", tags=("bead",)), document(2, title="beat")])
        index.write([document(3, title="beat")])
        assert index.corrections(["beax"]) == {"beax": "beat"}

    def test_ties_go_by_alphabet(self, index: SearchIndex) -> None:
        index.write([document(1, title="beat"), document(2, title="bead")])
        assert index.corrections(["beax"]) == {"beax": "bead"}

    @pytest.mark.parametrize("word", ["cra", "xountain", "marathon", "the", "?!", "montain lake", ""])
    def test_nothing_is_meant_by(self, index: SearchIndex, word: str) -> None:
        """Short words, another first letter, too many edits, stop words, signs, several words."""
        index.write([document(1, title="car mountain their")])
        assert index.corrections([word]) == {}

    def test_case_and_accents_make_no_difference(self, index: SearchIndex) -> None:
        index.write([document(1, title="Élégance")])
        assert index.corrections(["ÉLEGANSE"]) == {"ÉLEGANSE": "elegance"}

    def test_each_word_is_looked_at_by_itself(self, index: SearchIndex) -> None:
        index.write([document(1, title="mountain sunset")])
        found = index.corrections(["montain", "sunset", "sunsett", "zebra"])
        assert found == {"montain": "mountain", "sunsett": "sunset"}

    def test_what_was_removed_is_not_meant(self, index: SearchIndex) -> None:
        index.write([document(1, title="mountain"), document(2, title="fountain")])
        index.write([Removal(image_id(1), 2)])
        assert index.corrections(["montain"]) == {}


class TestMatchedWords:
    def matched(self, index: SearchIndex, fields: dict[str, Any], **query: Any) -> set[str]:
        found = index.matched_words(IndexQuery(**query), [document(1, **fields)])
        return set(found[image_id(1)])

    def test_all_forms_of_a_word_are_marked(self, index: SearchIndex) -> None:
        assert self.matched(index, {"title": "Cars and a car", "tags": ("boat",)}, text="CAR") == {
            "cars",
            "car",
        }

    def test_words_of_each_field_are_marked(self, index: SearchIndex) -> None:
        fields = {"title": "running", "tags": ("red run",), "description": "he runs"}
        assert self.matched(index, fields, text="run red") == {"running", "run", "red", "runs"}

    def test_stop_words_are_not_marked(self, index: SearchIndex) -> None:
        assert self.matched(index, {"title": "the car"}, text="the car") == {"car"}

    def test_synonyms_are_marked(self, index: SearchIndex) -> None:
        synonyms = (Synonym("car", ("automobile", "motor vehicle")), Synonym("sea", ("ocean",)))
        fields = {"title": "automobiles", "tags": ("motor vehicle", "ocean", "motor")}
        found = self.matched(index, fields, text="cars", synonyms=synonyms)
        assert found == {"automobiles", "motor", "vehicle"}

    def test_a_phrase_is_marked_only_where_it_is_whole(self, index: SearchIndex) -> None:
        assert self.matched(index, {"title": "a golden hour"}, phrases=("golden hour",)) == {
            "golden",
            "hour",
        }
        assert self.matched(index, {"title": "golden", "tags": ("hour",)}, phrases=("golden hour",)) == set()

    def test_what_begins_with_a_prefix_is_marked(self, index: SearchIndex) -> None:
        found = self.matched(index, {"title": "Photo of a photographer"}, prefixes=("photo",))
        assert found == {"photo", "photographer"}

    def test_nothing_is_marked_where_no_words_are_asked_for(self, index: SearchIndex) -> None:
        assert self.matched(index, {"title": "car"}, excluded=("boat",)) == set()

    def test_each_document_has_its_own_words(self, index: SearchIndex) -> None:
        found = index.matched_words(IndexQuery(text="red car"), [document(1, title="red"), document(2)])
        assert found == {image_id(1): {"red"}, image_id(2): set()}
