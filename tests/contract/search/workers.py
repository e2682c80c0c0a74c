"""What other processes do to an index while a test watches."""

from __future__ import annotations

import os
from pathlib import Path

from lumenstock.kernel.ids import ImageId
from lumenstock.search.ports import IndexQuery
from tests.contract.search.conftest import Opener
from tests.contract.search.documents import asking, document, unit_vector


def write_and_note(open_index: Opener, first: int, count: int, notes: Path) -> None:
    """Write documents one by one, and note the number of each as soon as it is acknowledged."""
    index = open_index()
    with notes.open("ab", buffering=0) as file:
        for number in range(first, first + count):
            index.write([document(number, title=f"car take{number}", vector=unit_vector(number))])
            os.write(file.fileno(), b"%d\n" % number)


def noted(notes: Path) -> list[int]:
    """The numbers that were acknowledged; a half-written last line is not one."""
    if not notes.exists():
        return []
    return [int(line) for line in notes.read_text().splitlines(keepends=True) if line.endswith("\n")]


def query_until(open_index: Opener, expected: int, stop: Path) -> None:
    """Query until all are found; no answer may contradict itself or forget what was there.

    Raises:
        AssertionError: One did.
    """
    index = open_index()
    seen = 0
    while seen < expected and not stop.exists():
        answer = index.query(IndexQuery(text="car", vector=asking(unit_vector(1))))
        assert answer.total >= seen, f"{seen} documents were found, now {answer.total}"
        assert sum(entry.count for entry in answer.facets.orientations) == answer.total
        assert len({hit.id for hit in answer.vector}) == len(answer.vector) == min(100, answer.total)
        found: list[ImageId] = [hit.id for hit in answer.keyword]
        assert set(index.get(found)) == set(found)
        seen = answer.total
