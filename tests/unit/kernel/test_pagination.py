from __future__ import annotations

import base64
import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lumenstock.kernel.errors import BadRequestError
from lumenstock.kernel.pagination import CursorSigner, Position

SIGNER = CursorSigner(b"secret")
POSITION: Position = {"offset": 40, "order": "fused"}
positions = st.dictionaries(st.text(max_size=8), st.one_of(st.integers(), st.text(max_size=8)), max_size=4)


@given(positions, st.text())
def test_a_cursor_opens_to_what_was_sealed(position: dict[str, int | str], scope: str) -> None:
    assert SIGNER.open(SIGNER.seal(position, scope), scope) == position


@given(st.text(), st.text())
def test_a_cursor_of_another_question_is_refused(mine: str, other: str) -> None:
    assume(mine != other)
    with pytest.raises(BadRequestError):
        SIGNER.open(SIGNER.seal(POSITION, mine), other)


def test_a_cursor_of_another_secret_is_refused() -> None:
    with pytest.raises(BadRequestError):
        CursorSigner(b"other").open(SIGNER.seal(POSITION, "q"), "q")


@given(st.integers(0, 200), st.characters(exclude_categories=["Cs"]))
def test_a_changed_cursor_is_refused(at: int, character: str) -> None:
    cursor = SIGNER.seal(POSITION, "q")
    at %= len(cursor)
    assume(cursor[at] != character)
    with pytest.raises(BadRequestError):
        SIGNER.open(cursor[:at] + character + cursor[at + 1 :], "q")


@given(st.text())
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadRequestError):
        SIGNER.open(text, "q")


@pytest.mark.parametrize("joint", ["", "\n", ".", "\0"])
def test_the_end_of_a_scope_cannot_be_passed_off_as_the_start_of_a_payload(joint: str) -> None:
    cursor = SIGNER.seal({"offset": 1}, f"q{joint}eA")
    with pytest.raises(BadRequestError):
        SIGNER.open(f"eA{cursor}", f"q{joint}")


def test_a_person_can_read_where_a_cursor_stands() -> None:
    payload = SIGNER.seal(POSITION, "q").split(".")[0]
    assert json.loads(base64.urlsafe_b64decode(payload + "==")) == POSITION


def test_a_cursor_can_stand_in_an_address_as_it_is() -> None:
    cursor = SIGNER.seal({"offset": 10_000, "order": "¿?&=/+"}, "q")
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
