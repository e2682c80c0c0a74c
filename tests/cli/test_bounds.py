"""Rules that hold for any size: how a file is cut, how long one waits, what is kept in memory."""

from __future__ import annotations

import threading
import time
import tracemalloc
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.dry_run import Look, Plan, look_at
from cli.ledger import Ledger
from cli.parts import Cut
from cli.pictures import Words
from cli.responses import HeldPart
from cli.retry import ASKING, MIGRATING, SENDING, Retry
from cli.sources import items
from cli.turns import Turns

CUTS = st.builds(
    lambda size, part: Cut(Path("x"), size, part, -(-size // part)),
    st.integers(1, 10_000),
    st.integers(1, 3_000),
)


@given(CUTS)
def test_the_parts_of_a_file_are_the_file(cut: Cut) -> None:
    pieces = [cut.piece(number) for number in range(1, cut.part_count + 1)]
    assert [piece.offset for piece in pieces] == list(range(0, cut.size_bytes, cut.part_size))
    assert sum(piece.size_bytes for piece in pieces) == cut.size_bytes
    assert min(piece.size_bytes for piece in pieces) > 0


@given(CUTS, st.sets(st.integers(1, 50)), st.sets(st.integers(1, 50)))
def test_only_a_part_of_the_right_length_counts_as_there(cut: Cut, whole: set[int], short: set[int]) -> None:
    numbers = set(range(1, cut.part_count + 1))
    held = [
        HeldPart(number=number, size=cut.piece(number).size_bytes - (number in short))
        for number in numbers & whole
    ]
    assert set(cut.missing(held)) == numbers - (whole - short)


@given(
    st.sampled_from([ASKING, SENDING, MIGRATING]),
    st.integers(1, 20),
    st.floats(0, 900),
    st.floats(0, 1, exclude_max=True),
)
def test_a_wait_is_never_shorter_than_asked_nor_much_longer(
    retry: Retry, failures: int, asked_s: float, drawn: float
) -> None:
    delay_s = Retry(retry.attempts, retry.base_s, retry.cap_s, jitter=lambda: drawn).delay_s(
        failures, asked_s
    )
    assert asked_s <= delay_s <= asked_s + retry.cap_s


def test_one_content_is_seen_to_by_one_thread_at_a_time_and_then_forgotten() -> None:
    turns, inside, most = Turns(), [0], [0]

    def work() -> None:
        with turns.of(b"sha"):
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            time.sleep(0.001)
            inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
    assert turns._turns == {}


def peak_bytes(source: Path) -> tuple[int, int]:
    """How many files a dry run of ``source`` finds, and the most memory that it takes on the way.

    The least of three looks: what other threads of this process ask for in the meantime counts, too.
    """
    return min((_look(source) for _ in range(3)), key=lambda look: look[1])


def _look(source: Path) -> tuple[int, int]:
    with Ledger(None, "ada") as ledger:
        tracemalloc.start()
        try:
            looks = look_at(items(source, Words()), ledger)
            found = count(isinstance(look, Look) and look.plan is Plan.TO_SEND for look in looks)
            return found, tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


def count(truths: Iterable[bool]) -> int:
    return sum(truths)


@pytest.mark.slow
def test_a_folder_of_any_size_takes_the_same_memory(tmp_path: Path) -> None:
    peaks = {}
    for size in (100, 5_000):
        folder = tmp_path / f"{size}"
        folder.mkdir()
        first = folder / "0.jpg"
        first.write_bytes(b"a picture")
        for number in range(1, size):
            (folder / f"{number}.jpg").hardlink_to(first)
        found, peaks[size] = peak_bytes(folder)
        assert found == size
    assert peaks[5_000] < peaks[100] + 100_000


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_manifest_of_any_length_takes_the_same_memory(tmp_path: Path, ending: str) -> None:
    (tmp_path / "a.jpg").write_bytes(b"a picture")
    peaks = {}
    for size in (100, 5_000):
        manifest = tmp_path / f"{size}.{ending}"
        line = "a.jpg,A title\n" if ending == "csv" else '{"filename": "a.jpg", "title": "A title"}\n'
        manifest.write_text(("filename,title\n" if ending == "csv" else "") + line * size)
        found, peaks[size] = peak_bytes(manifest)
        assert found == size
    assert peaks[5_000] < peaks[100] + 100_000
