"""Several processes at one index, some of which die."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from lumenstock.search.ports import IndexQuery, SearchIndex
from tests.contract.search.conftest import Opener
from tests.contract.search.documents import document, image_id, numbers
from tests.contract.search.workers import noted, query_until, write_and_note

PATIENCE_S = 120.0


def start(target: Callable[..., None], *arguments: object) -> BaseProcess:
    process = multiprocessing.get_context("spawn").Process(target=target, args=arguments)
    process.start()
    return process


def wait_until_noted(notes: Path, count: int) -> None:
    end = time.monotonic() + PATIENCE_S
    while len(noted(notes)) < count:
        assert time.monotonic() < end, "It did not happen in time."
        time.sleep(0.005)


def settled(index: SearchIndex, query: IndexQuery) -> list[int]:
    """All that is found, once it is as many as are counted: an engine may still be at a dead writer's request."""
    end = time.monotonic() + PATIENCE_S
    while True:
        found = numbers(index.keyword_page(query, excluding=(), offset=0, limit=1000))
        if len(found) == index.query(query).total:
            return found
        assert time.monotonic() < end, "What is found and what is counted stay different."


def test_another_process_finds_what_was_written(index: SearchIndex, open_index: Opener) -> None:
    other = open_index()
    assert other.query(IndexQuery(text="car")).total == 0
    index.write([document(1, title="car")])
    assert other.query(IndexQuery(text="car")).total == 1
    other.write([document(2, title="car")])
    assert index.query(IndexQuery(text="car")).total == 2


@pytest.mark.slow
def test_three_writing_and_two_reading_processes_lose_nothing(
    index: SearchIndex, open_index: Opener, tmp_path: Path
) -> None:
    count, stop = 40, tmp_path / "stop"
    writers = [
        start(write_and_note, open_index, 1000 * shard, count, tmp_path / f"notes{shard}")
        for shard in range(3)
    ]
    readers = [start(query_until, open_index, 3 * count, stop) for _ in range(2)]
    try:
        for writer in writers:
            writer.join(PATIENCE_S)
        for reader in readers:
            reader.join(PATIENCE_S)
    finally:
        stop.touch()
    assert [process.exitcode for process in (*writers, *readers)] == [0] * 5
    written = [1000 * shard + n for shard in range(3) for n in range(count)]
    assert sorted(n for shard in range(3) for n in noted(tmp_path / f"notes{shard}")) == written
    whole = index.keyword_page(IndexQuery(text="car"), excluding=(), offset=0, limit=200)
    assert sorted(numbers(whole)) == written


@pytest.mark.slow
@pytest.mark.parametrize("acknowledged", [1, 12, 30])
def test_a_killed_writer_loses_no_acknowledged_document(
    open_index: Opener, tmp_path: Path, acknowledged: int
) -> None:
    notes = tmp_path / "notes"
    writer = start(write_and_note, open_index, 0, 10_000, notes)
    wait_until_noted(notes, acknowledged)
    assert writer.pid is not None
    os.kill(writer.pid, signal.SIGKILL)
    writer.join(PATIENCE_S)
    assert writer.exitcode == -signal.SIGKILL
    survivor, kept = open_index(), noted(notes)
    assert set(survivor.get([image_id(n) for n in kept])) == {image_id(n) for n in kept}
    for number in kept:
        assert numbers(survivor.query(IndexQuery(text=f"take{number}")).keyword) == [number]
    survivor.write([document(20_000, title="boat")])
    assert numbers(survivor.query(IndexQuery(text="boat")).keyword) == [20_000]


@pytest.mark.slow
def test_writers_that_die_one_after_another_leave_a_true_index(open_index: Opener, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    for life in range(4):
        expected = len(noted(notes)) + 5 + life
        writer = start(write_and_note, open_index, 1000 * life, 10_000, notes)
        wait_until_noted(notes, expected)
        assert writer.pid is not None
        os.kill(writer.pid, signal.SIGKILL)
        writer.join(PATIENCE_S)
    survivor, kept = open_index(), noted(notes)
    found = settled(survivor, IndexQuery(text="car"))
    assert set(found) >= set(kept)
    # A write may have been committed and its acknowledgement lost: one a life, never more.
    assert len(found) <= len(kept) + 4
