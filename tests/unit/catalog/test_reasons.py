from __future__ import annotations

from lumenstock.catalog.reasons import CATALOGUE, ReasonCode


def test_nobody_who_waits_for_a_moderator_is_asked_for_another_file() -> None:
    waiting = {code for code, known in CATALOGUE.items() if "a moderator will" in known.remedy}
    assert len(waiting) > 5
    assert {code for code in waiting if CATALOGUE[code].needs_new_upload} == set()


def test_words_are_mended_without_another_file_and_pictures_are_not() -> None:
    words = {
        code for code in CATALOGUE if code.startswith("misleading_") or code == ReasonCode.WRONG_CATEGORY
    }
    assert len(words) == 4
    assert {code for code in words if CATALOGUE[code].needs_new_upload} == set()
    assert CATALOGUE[ReasonCode.BLURRED].needs_new_upload
