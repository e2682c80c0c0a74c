"""What happens to the embedded index's files when somebody dies, deletes or holds on to them."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from lumenstock.adapters.embedded import projector
from lumenstock.adapters.embedded.index import EmbeddedIndex
from lumenstock.adapters.embedded.nearest import Comparison
from lumenstock.adapters.embedded.projector import FORMAT
from lumenstock.adapters.embedded.rows import RowWriter
from lumenstock.adapters.embedded.truth import Row, Truth
from lumenstock.adapters.embedded.words import words_query
from lumenstock.kernel.errors import SearchUnavailableError
from lumenstock.search.document import Document, Removal
from lumenstock.search.ports import IndexQuery
from tests.contract.search.documents import asking, counts, document, image_id, numbers, unit_vector


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "search"


def projected(folder: Path) -> Path:
    return folder / (folder / "current").read_text()


def both_legs(index: EmbeddedIndex) -> tuple[list[int], list[int]]:
    """Sorted numbers of what is found; every vector must be the document's own."""
    answer = index.query(IndexQuery(text="car", vector=asking(unit_vector(1))))
    for hit in answer.vector:
        own = float(unit_vector(int(hit.id)) @ unit_vector(1))
        assert hit.score == pytest.approx(own, abs=1e-3)
    return sorted(numbers(answer.keyword)), sorted(numbers(answer.vector))


def cars(count: int, first: int = 0) -> list[Document]:
    return [document(n, title="car", vector=unit_vector(n)) for n in range(first, first + count)]


def test_a_write_is_acknowledged_while_somebody_else_projects(folder: Path) -> None:
    index = EmbeddedIndex(folder)
    index.write(cars(2))
    with (folder / "projector.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        index.write(cars(3, first=2))
        assert set(index.get([image_id(4)])) == {image_id(4)}
        assert both_legs(index) == ([0, 1], [0, 1])
    assert both_legs(index) == ([0, 1, 2, 3, 4], [0, 1, 2, 3, 4])


def test_a_reader_projects_what_a_dead_writer_left(folder: Path) -> None:
    EmbeddedIndex(folder).write(cars(2))
    EmbeddedIndex(folder)._truth.write(cars(2, first=2))  # and dies before projecting
    assert both_legs(EmbeddedIndex(folder)) == ([0, 1, 2, 3], [0, 1, 2, 3])


def test_what_is_written_again_while_the_files_are_written_anew_is_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, other = EmbeddedIndex(folder), Truth(folder / "truth.db")
    index.write(cars(30))
    read = Truth.written_after

    def read_and_write(truth: Truth, seq: int, limit: int) -> list[Row]:
        rows = read(truth, seq, limit)
        version = other.head() + 1  # the first has been read by then, the other has not
        other.write([document(n, title="car", version=version, vector=unit_vector(n)) for n in (0, 25)])
        return rows

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(projector, "_BATCH", 10)
        meanwhile.setattr(Truth, "written_after", read_and_write)
        index._projector.renew()
    with (folder / "projector.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # nobody makes up for it
        assert both_legs(EmbeddedIndex(folder)) == (list(range(30)), list(range(30)))


def test_marks_of_a_projection_that_died_are_not_seen(folder: Path) -> None:
    index = EmbeddedIndex(folder)
    index.write(cars(4))
    generation = index._truth.head()
    index._truth.write([document(1, title="boat", version=2)])
    rows = RowWriter(projected(folder), 4, generation)
    rows.append(4, [document(1, title="boat", version=2, vector=unit_vector(50))])
    rows.end(1, generation + 1)
    rows.close()
    other = EmbeddedIndex(folder)
    with (folder / "projector.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert both_legs(other) == ([0, 1, 2, 3], [0, 1, 2, 3])
    assert both_legs(other) == ([0, 2, 3], [0, 2, 3])


def test_a_mark_that_no_write_needs_any_more_is_taken_back(folder: Path) -> None:
    index = EmbeddedIndex(folder)
    index.write(cars(3))
    rows = RowWriter(projected(folder), 3, index._truth.head())
    rows.end(1, index._truth.head() + 1)
    rows.close()
    index.write([document(9, title="boat")])
    assert both_legs(EmbeddedIndex(folder)) == ([0, 1, 2], [0, 1, 2])


def test_values_of_a_projection_that_died_are_not_counted(folder: Path) -> None:
    index = EmbeddedIndex(folder)
    index.write(cars(2))
    rows = RowWriter(projected(folder), 2, index._truth.head())
    rows.append(2, [document(7, categories=("ghost", "sea"), orientation="square")])
    rows.close()
    index.write([document(8, categories=("city",))])
    facets = EmbeddedIndex(folder).query(IndexQuery()).facets
    assert counts(facets.categories) == {"city": 1}
    assert counts(facets.orientations) == {"landscape": 3}


def _remove_words(folder: Path) -> None:
    shutil.rmtree(projected(folder) / "words")


def _remove_everything_projected(folder: Path) -> None:
    shutil.rmtree(projected(folder))


def _cut(name: str, folder: Path) -> None:
    with (projected(folder) / name).open("r+b") as file:
        file.truncate(10)


def _remove_rows(folder: Path) -> None:
    (projected(folder) / "rows.bin").unlink()


def _remove_pointer(folder: Path) -> None:
    (folder / "current").unlink()


def _point_to_another_format(folder: Path) -> None:
    (folder / "current").write_text("v0-1")


DAMAGES = [
    _remove_words,
    _remove_everything_projected,
    *(partial(_cut, name) for name in ("vectors.f32", "rows.bin", "codes.u32", "values.jsonl")),
    _remove_rows,
    _remove_pointer,
    _point_to_another_format,
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_reader_repairs_damaged_files(folder: Path, damage: Callable[[Path], None]) -> None:
    EmbeddedIndex(folder).write(cars(5))
    damage(folder)
    assert both_legs(EmbeddedIndex(folder)) == ([0, 1, 2, 3, 4], [0, 1, 2, 3, 4])


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_write_to_damaged_files_is_found(folder: Path, damage: Callable[[Path], None]) -> None:
    EmbeddedIndex(folder).write(cars(5))
    damage(folder)
    index = EmbeddedIndex(folder)
    index.write(cars(1, first=5))
    assert both_legs(index) == ([0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5])


def test_files_of_a_truth_that_is_no_more_are_written_anew(folder: Path) -> None:
    EmbeddedIndex(folder).write(cars(5))
    for file in folder.glob("truth.db*"):
        file.unlink()
    assert both_legs(EmbeddedIndex(folder)) == ([], [])


def test_a_reader_follows_to_new_files(folder: Path) -> None:
    reader, writer = EmbeddedIndex(folder), EmbeddedIndex(folder)
    writer.write(cars(3))
    assert both_legs(reader) == ([0, 1, 2], [0, 1, 2])
    writer.rebuild(cars(2))
    assert both_legs(reader) == ([0, 1], [0, 1])
    assert len(list(folder.glob(f"{FORMAT}-*"))) == 1


def test_a_reader_keeps_its_state_while_files_are_renewed(folder: Path) -> None:
    index = EmbeddedIndex(folder)
    index.write(cars(3))
    before = index._fresh()
    index.rebuild([])
    assert numbers(before.best(words_query("car"), 0, 10).hits(before.rows)) == [0, 1, 2]
    with ThreadPoolExecutor() as beside:
        (near,) = Comparison(before.rows, unit_vector(1), [before.rows.of_model("demo@1")], beside).nearest(
            10
        )
    assert len(near.rows) == 3


def test_ended_rows_do_not_pile_up(folder: Path) -> None:
    index = EmbeddedIndex(folder)
    for version in range(1, 15):
        index.write([document(n, title="car", version=version, vector=unit_vector(n)) for n in range(100)])
    size = (projected(folder) / "vectors.f32").stat().st_size
    assert size <= (2 * 100 + 1000 + 100) * 768 * 4
    assert both_legs(index)[0] == list(range(100))


def test_a_repeat_of_what_is_there_is_projected_no_second_time(folder: Path) -> None:
    index = EmbeddedIndex(folder)
    index.write([*cars(2), Removal(image_id(7), 3)])
    before = index._truth.head()
    index.write([*cars(2), Removal(image_id(7), 3)])
    assert index._truth.head() == before


def test_a_removal_alone_adds_no_row(folder: Path) -> None:
    index = EmbeddedIndex(folder)
    index.write(cars(2))
    before = (projected(folder) / "rows.bin").stat().st_size
    index.write([Removal(image_id(1), 2), Removal(image_id(7), 2)])
    assert (projected(folder) / "rows.bin").stat().st_size == before
    assert both_legs(index) == ([0], [0])


def test_vectors_are_kept_in_single_precision(folder: Path) -> None:
    EmbeddedIndex(folder).write([document(1, vector=unit_vector(1))])
    stored = np.fromfile(projected(folder) / "vectors.f32", dtype="<f4")
    assert float(stored @ unit_vector(1)) == pytest.approx(1.0, abs=1e-4)
    assert float(np.linalg.norm(stored)) == pytest.approx(1.0, abs=1e-6)


def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SearchUnavailableError):
        EmbeddedIndex(tmp_path / "file" / "search").query(IndexQuery())


def test_a_truth_that_is_no_database_is_unavailable(folder: Path) -> None:
    folder.mkdir()
    (folder / "truth.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(SearchUnavailableError):
        EmbeddedIndex(folder).write(cars(1))
