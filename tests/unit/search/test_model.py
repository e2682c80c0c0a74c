from __future__ import annotations

from dataclasses import replace

from lumenstock.search.model import SearchRequest


def test_a_page_has_twenty_results_unless_more_or_fewer_are_asked_for() -> None:
    assert SearchRequest().page_size == 20


def test_a_cursor_is_bound_to_the_question_and_not_to_a_page() -> None:
    asked = SearchRequest(text="car")
    assert replace(asked, offset=40, page_size=5).scope == asked.scope
    assert replace(asked, text="boat").scope != asked.scope
