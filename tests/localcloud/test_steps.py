from __future__ import annotations

import io
import re

import pytest

from localcloud.steps import Steps


def test_a_step_is_one_line_with_its_seconds() -> None:
    stream = io.StringIO()
    with Steps(stream).step("building"):
        assert stream.getvalue() == f"  {'building':<46}"
    assert re.fullmatch(r"  building {38}   0\.0 s\n", stream.getvalue())


def test_a_failed_step_says_so() -> None:
    stream = io.StringIO()
    with pytest.raises(ValueError, match="broken"), Steps(stream).step("building"):
        raise ValueError("broken")
    assert stream.getvalue().endswith("s failed\n")


def test_a_note_in_a_step_has_a_line_of_its_own() -> None:
    stream = io.StringIO()
    steps = Steps(stream)
    with steps.step("building"):
        steps.note("from the cache")
    title, note, seconds = stream.getvalue().splitlines()
    assert (title.strip(), note.strip()) == ("building", "from the cache")
    assert seconds.strip() == "0.0 s"
