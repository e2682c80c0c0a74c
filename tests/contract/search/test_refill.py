"""A refill replaces the content portion by portion, goes on where it was cut short, and nobody notices."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lumenstock.kernel.ids import ImageId
from lumenstock.search.document import Document, Removal
from lumenstock.search.ports import Change, IndexQuery
from lumenstock.search.upkeep import KeptIndex, Portion
from tests.contract.search.conftest import Opener
from tests.contract.search.documents import document, image_id, numbers

PATIENCE_S = 240.0
PORTIONS, SIZE = 40, 5
COUNT = PORTIONS * SIZE


class PowerCutError(Exception):
    """The process ends."""


class Catalog:
    """All documents in portions; the bookmark is the number of the next one."""

    def __init__(self, title: str, cut_at: int | None = None) -> None:
        self.begun_at: list[int] = []
        self._title = title
        self._cut_at = cut_at

    def __call__(self, bookmark: str | None) -> Iterator[Portion]:
        first = int(bookmark or 0)
        self.begun_at.append(first)
        for number in range(first, PORTIONS):
            if number == self._cut_at:
                raise PowerCutError
            some = range(number * SIZE, (number + 1) * SIZE)
            yield Portion([document(n, title=self._title, version=2) for n in some], str(number + 1))


def everything(index: KeptIndex) -> list[int]:
    return numbers(index.found_ids())


def cut_short(index: KeptIndex, at: int = 30) -> None:
    with pytest.raises(PowerCutError):
        index.refill(Catalog("new car", cut_at=at))


def test_a_refill_begins_at_the_beginning_and_replaces_all(index: KeptIndex) -> None:
    index.write([document(1, version=9), document(COUNT + 1)])
    source = Catalog("new car")
    index.refill(source)
    assert source.begun_at == [0]
    assert everything(index) == list(range(COUNT))
    assert index.get([image_id(1)])[image_id(1)].title == "new car"


def test_a_refill_that_was_cut_short_goes_on_close_to_where_it_was(index: KeptIndex) -> None:
    index.write([document(n, title="old car") for n in range(COUNT + 5)])
    cut_short(index, at=30)
    source = Catalog("new car")
    index.refill(source)
    (begun_at,) = source.begun_at
    assert 20 < begun_at <= 30
    assert everything(index) == list(range(COUNT))
    assert {one.title for one in index.get([image_id(n) for n in range(COUNT)]).values()} == {"new car"}


def test_the_next_refill_after_one_that_ended_begins_anew(index: KeptIndex) -> None:
    cut_short(index)
    sources = [Catalog("new car"), Catalog("new car")]
    for source in sources:
        index.refill(source)
    assert sources[0].begun_at > [0]
    assert sources[1].begun_at == [0]


def test_a_refill_that_is_given_up_begins_anew(index: KeptIndex) -> None:
    index.write([document(1)])
    assert index.give_up_refill() is False
    cut_short(index)
    assert index.give_up_refill() is True
    source = Catalog("new car")
    index.refill(source)
    assert source.begun_at == [0]
    assert everything(index) == list(range(COUNT))


def test_what_is_written_between_two_halves_stays(index: KeptIndex) -> None:
    index.write([document(n) for n in range(COUNT)])
    cut_short(index)
    index.write([document(1, title="live", version=3), Removal(image_id(COUNT - 1), 3), document(COUNT + 7)])
    index.refill(Catalog("new car"))
    assert everything(index) == [*range(COUNT - 1), COUNT + 7]
    assert index.get([image_id(1)])[image_id(1)].title == "live"


def test_an_empty_portion_is_none_the_less_a_step(index: KeptIndex) -> None:
    index.write([document(1)])
    index.refill(lambda _: [Portion((), "1"), Portion([document(2)], "2"), Portion((), "3")])
    assert everything(index) == [2]


def refill_slowly(open_index: Opener, notes: Path) -> None:
    """Refill, and note each portion that is asked for; to be killed."""

    def portions(bookmark: str | None) -> Iterator[Portion]:
        for portion in Catalog("new car")(bookmark):
            with notes.open("ab") as file:
                file.write(b".")
            time.sleep(0.02)
            yield portion

    open_index().refill(portions)


@pytest.mark.slow
def test_a_refill_that_was_killed_goes_on(index: KeptIndex, open_index: Opener, tmp_path: Path) -> None:
    index.write([document(n, title="old car") for n in range(COUNT + 5)])
    notes = tmp_path / "notes"
    process = multiprocessing.get_context("spawn").Process(target=refill_slowly, args=(open_index, notes))
    process.start()
    end = time.monotonic() + PATIENCE_S
    while not notes.exists() or notes.stat().st_size < PORTIONS // 2:
        assert time.monotonic() < end, "It did not happen in time."
        time.sleep(0.005)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join(PATIENCE_S)
    assert index.query(IndexQuery(text="car")).total == COUNT + 5

    source = Catalog("new car")
    index.refill(source)
    assert source.begun_at[0] >= PORTIONS // 2 - 10
    assert everything(index) == list(range(COUNT))
    assert {one.title for one in index.get([image_id(n) for n in range(COUNT)]).values()} == {"new car"}


class Truth:
    """A catalogue that changes while it is read; the index is told of each change."""

    def __init__(self, count: int) -> None:
        self._lock = threading.Lock()
        self.now: dict[ImageId, Change] = {
            image_id(n): document(n, title="steady" if n % 2 else "lively", version=1) for n in range(count)
        }

    def change(self, turn: int) -> Change:
        """Change one of those that are not steady, or add one."""
        with self._lock:
            number = turn * 14 % len(self.now)  # an even number
            key = image_id(number if turn % 5 else 100_000 + turn)
            version = self.now[key].version + 1 if key in self.now else 1
            removal = turn % 3 == 0 and key in self.now
            new = Removal(key, version) if removal else document(int(key), title="lively", version=version)
            self.now[key] = new
            return new

    def portions(self, bookmark: str | None) -> Iterator[Portion]:
        """What is there when it is read, in the order of ids."""
        last = bookmark or ""
        while True:
            with self._lock:
                some = sorted(key for key in self.now if key > last)[:50]
                changes = [self.now[key] for key in some]
            if not some:
                return
            last = some[-1]
            yield Portion(changes, last)

    def documents(self) -> dict[ImageId, Document]:
        return {key: one for key, one in self.now.items() if isinstance(one, Document)}


class Reader:
    """Searches until it is stopped, and keeps what was not as it should be."""

    def __init__(self, index: KeptIndex, expected: int) -> None:
        self._index = index
        self._expected = expected
        self.searches = 0
        self.faults: list[BaseException | int] = []

    def __call__(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                total = self._index.query(IndexQuery(text="steady")).total
            except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
                self.faults.append(error)
            else:
                self.searches += 1
                self.faults += [total] if total != self._expected else []


def write_on(index: KeptIndex, truth: Truth, stop: threading.Event) -> None:
    turn = 0
    while not stop.is_set():
        turn += 1
        index.write([truth.change(turn)])
        time.sleep(0.005)


@pytest.mark.slow
def test_during_refills_no_search_fails_and_afterwards_nothing_differs(
    index: KeptIndex, open_index: Opener
) -> None:
    count = 2_000
    truth, stop, reader = Truth(count), threading.Event(), Reader(open_index(), count // 2)
    index.write(list(truth.now.values()))
    threads = [
        threading.Thread(target=reader, args=(stop,)),
        threading.Thread(target=write_on, args=(open_index(), truth, stop)),
    ]
    for thread in threads:
        thread.start()
    try:
        for _ in range(2):
            index.refill(truth.portions)
    finally:
        stop.set()
        for thread in threads:
            thread.join(PATIENCE_S)
    assert reader.faults == []
    assert reader.searches > 5
    wanted = truth.documents()
    assert list(index.found_ids()) == sorted(wanted)
    assert index.get(sorted(wanted)) == wanted
