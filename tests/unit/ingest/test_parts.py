from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.ingest.parts import (
    MAX_PARTS,
    MIN_PART_BYTES,
    Part,
    PartPlan,
    check_chunks,
    check_planned,
    plan_parts,
)
from lumenstock.kernel.errors import ChunkSizeChangedError, InvalidInputError, UploadIncompleteError

MIB = 1 << 20
# S3's largest object has 5 TiB; what we take is far below, but the plan must not know that.
sizes = st.integers(1, 5 << 40)
files = st.integers(1, 400 * MIB)
chunks = st.integers(MIN_PART_BYTES, 40 * MIB)


def cut(size_bytes: int, chunk: int) -> tuple[Part, ...]:
    """The parts that a client makes of a file that it cuts into chunks."""
    plan = PartPlan(size_bytes, chunk)
    return tuple(Part(number, plan.length(number), "e") for number in range(1, plan.count + 1))


def resumed(size_bytes: int, old_chunk: int, new_chunk: int, held: int) -> tuple[Part, ...]:
    """What is stored when Uppy resumes with another chunk size: part n of the old cut stands for part n."""
    old, new = cut(size_bytes, old_chunk)[:held], cut(size_bytes, new_chunk)
    return old + new[held:]


@given(sizes)
def test_a_plan_is_one_that_s3_takes(size_bytes: int) -> None:
    plan = plan_parts(size_bytes)
    assert 1 <= plan.count <= MAX_PARTS
    assert plan.part_bytes >= MIN_PART_BYTES


@given(files)
def test_the_parts_of_a_plan_are_the_file(size_bytes: int) -> None:
    plan = plan_parts(size_bytes)
    lengths = [plan.length(number) for number in range(1, plan.count + 1)]
    assert sum(lengths) == size_bytes
    assert set(lengths[:-1]) <= {plan.part_bytes}
    assert 1 <= lengths[-1] <= plan.part_bytes


@given(files)
def test_what_was_planned_is_taken(size_bytes: int) -> None:
    plan = plan_parts(size_bytes)
    check_planned(cut(size_bytes, plan.part_bytes), plan)


@given(files, chunks)
def test_a_client_may_cut_as_it_likes(size_bytes: int, chunk: int) -> None:
    check_chunks(cut(size_bytes, chunk), size_bytes)


@given(st.integers(2, 60), st.data())
def test_each_missing_part_is_named(count: int, data: st.DataObject) -> None:
    parts = cut(count * MIN_PART_BYTES, MIN_PART_BYTES)
    missing = data.draw(st.sets(st.integers(1, count), min_size=1, max_size=min(count - 1, 20)))
    held = [part for part in parts if part.number not in missing]
    with pytest.raises(UploadIncompleteError) as refused:
        check_planned(held, PartPlan(count * MIN_PART_BYTES, MIN_PART_BYTES))
    named = {(error.pointer, error.code) for error in refused.value.errors}
    assert named == {(f"/parts/{number}", "missing") for number in missing}


@given(st.integers(1, 60), st.data())
def test_a_part_of_another_length_is_refused(count: int, data: st.DataObject) -> None:
    plan = PartPlan(count * MIN_PART_BYTES, MIN_PART_BYTES)
    parts = list(cut(plan.size_bytes, plan.part_bytes))
    wrong = data.draw(st.integers(0, count - 1))
    parts[wrong] = Part(wrong + 1, parts[wrong].size_bytes + data.draw(st.sampled_from([-1, 1])), "e")
    with pytest.raises(UploadIncompleteError) as refused:
        check_planned(parts, plan)
    assert [error.code for error in refused.value.errors] == ["wrong_size"]


def test_a_part_that_is_not_in_the_plan_is_refused() -> None:
    plan = PartPlan(MIN_PART_BYTES, MIN_PART_BYTES)
    with pytest.raises(UploadIncompleteError) as refused:
        check_planned(cut(2 * MIN_PART_BYTES, MIN_PART_BYTES), plan)
    assert [error.code for error in refused.value.errors] == ["surplus"]


@given(files, chunks, chunks, st.data())
def test_a_file_that_was_cut_in_two_ways_is_never_taken(
    size_bytes: int, old: int, new: int, data: st.DataObject
) -> None:
    """Whatever chunk sizes, and however much was there: either nothing is lost, or it is refused."""
    held = data.draw(st.integers(0, len(cut(size_bytes, old))))
    parts = resumed(size_bytes, old, new, held)
    if parts in {cut(size_bytes, old), cut(size_bytes, new)}:
        check_chunks(parts, size_bytes)
    else:
        with pytest.raises(ChunkSizeChangedError, match="another chunk size"):
            check_chunks(parts, size_bytes)


def test_uppys_loss_is_found_also_where_all_parts_look_alike() -> None:
    """22,020,096 bytes: 5 MiB parts were there, the rest came in chunks of 8 MiB."""
    parts = resumed(22_020_096, 5 * MIB, 8 * MIB, 2)
    assert [part.size_bytes for part in parts] == [5 * MIB] * 3
    with pytest.raises(ChunkSizeChangedError, match=r"15,728,640 of 22,020,096 bytes.*another chunk size"):
        check_chunks(parts, 22_020_096)


@pytest.mark.parametrize(
    ("parts", "size_bytes", "error", "text"),
    [
        ([Part(2, 10, "e")], 20, UploadIncompleteError, "1 parts have not arrived"),
        ([Part(1, 10, "e"), Part(3, 10, "e")], 30, UploadIncompleteError, "1 parts have not arrived"),
        ([Part(1, 10, "e"), Part(2, 10, "e")], 20, UploadIncompleteError, "at least 5,242,880"),
        ([Part(1, 10, "e"), Part(2, 20, "e")], 30, ChunkSizeChangedError, "Part 1 has 10 bytes, part 2"),
        ([Part(1, 10, "e"), Part(2, 20, "e"), Part(3, 5, "e")], 35, ChunkSizeChangedError, "part 2 has 20"),
        ([Part(1, 10, "e")], 11, ChunkSizeChangedError, "10 of 11 bytes"),
    ],
)
def test_what_is_wrong_is_said(
    parts: Sequence[Part], size_bytes: int, error: type[InvalidInputError], text: str
) -> None:
    with pytest.raises(error, match=text):
        check_chunks(parts, size_bytes)
