"""The row file and the vector file: what tantivy cannot hold, one row a projected document, append-only.

A row is never changed but for the number of the write that ended it, so a reader that stands at write
``n`` sees the rows that ``n`` had, whatever a projecting process does beside it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lumenstock.adapters.embedded.carried import Carried, CarriedWriter, Mask
from lumenstock.adapters.embedded.truth import ID_BYTES
from lumenstock.embedding.model import Vectors, from_f16
from lumenstock.kernel.ids import ImageId
from lumenstock.search.document import EMBEDDING_DIM, Document
from lumenstock.search.ports import Signals
from lumenstock.search.projection import fold

RowNumbers = NDArray[np.int64]

ROWS, VECTORS = "rows.bin", "vectors.f32"
NOT_KNOWN = -1  # of people and of who made it

_ROW = np.dtype(
    [
        ("ended", "<u8"),
        ("codes_end", "<u8"),
        ("model", "<u8"),
        ("contributor_id", "<u8"),
        ("contributor_name", "<u8"),
        ("id", f"S{ID_BYTES}"),
        ("created_at_s", "<i8"),
        ("width_px", "<i8"),
        ("height_px", "<i8"),
        ("people", "<i8"),
        ("ai_generated", "i1"),
        ("trending", "<f8"),
        ("premium", "?"),
    ]
)
_VECTOR_BYTES = EMBEDDING_DIM * 4


def name_code(name: str) -> int:
    """64 bits that stand for the name of a model or a contributor; 0 for none."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little") if name else 0


class RowWriter:
    """Appends rows and ends them. Only the process that holds the projector's lock may have one."""

    def __init__(self, folder: Path, count: int, generation: int) -> None:
        """Open the files of ``folder``, which hold ``count`` rows as of ``generation``.

        What goes beyond is of a projection that died: its rows are overwritten, its marks are undone.

        Raises:
            OSError: A file is missing.
            ValueError: A file is too short.
        """
        with ExitStack() as opened:
            self._rows = opened.enter_context((folder / ROWS).open("r+b"))
            self._vectors = opened.enter_context((folder / VECTORS).open("r+b"))
            rows = np.fromfile(self._rows, dtype=_ROW)
            if len(rows) < count or os.fstat(self._vectors.fileno()).st_size < count * _VECTOR_BYTES:
                message = f"The files in {folder} hold less than {count} rows."
                raise ValueError(message)
            self._carried = CarriedWriter(folder, int(rows["codes_end"][count - 1]) if count else 0)
            opened.pop_all()
        for row in np.flatnonzero(rows["ended"] > generation):
            self.end(int(row), 0)

    @staticmethod
    def create(folder: Path) -> None:
        """Make empty files in ``folder``."""
        for name in (ROWS, VECTORS):
            (folder / name).touch()
        CarriedWriter.create(folder)

    def append(self, first: int, documents: Sequence[Document]) -> None:
        """Write ``documents`` as rows ``first``, ``first + 1``, …; a row without a vector stays a hole."""
        rows = np.zeros(len(documents), dtype=_ROW)
        for offset, document in enumerate(documents):
            rows[offset] = _record(document, self._carried.append(document))
            if document.vector_f16:
                at = (first + offset) * _VECTOR_BYTES
                os.pwrite(self._vectors.fileno(), from_f16(document.vector_f16).tobytes(), at)
        os.pwrite(self._rows.fileno(), rows.tobytes(), first * _ROW.itemsize)
        os.ftruncate(self._vectors.fileno(), (first + len(documents)) * _VECTOR_BYTES)

    def end(self, row: int, generation: int) -> None:
        """Note that ``row`` is no longer true from ``generation`` on."""
        os.pwrite(self._rows.fileno(), generation.to_bytes(8, "little"), row * _ROW.itemsize)

    def close(self) -> None:
        """Bring all files to the disk, before the commit that makes readers look at them."""
        self._carried.close()
        for file in (self._vectors, self._rows):
            os.fdatasync(file.fileno())
            file.close()


def _record(document: Document, codes_end: int) -> tuple[object, ...]:
    """In the order of the row's fields."""
    return (
        0,
        codes_end,
        name_code(document.model),
        name_code(fold(document.contributor_id)),
        name_code(fold(document.contributor_name)),
        document.id.encode(),
        document.created_at_s,
        document.width_px,
        document.height_px,
        NOT_KNOWN if document.people is None else document.people,
        NOT_KNOWN if document.ai_generated is None else document.ai_generated,
        document.trending or 0.0,
        document.premium or False,
    )


@dataclass(frozen=True)
class RowView:
    """The rows as they stood after one write.

    At 100,000 rows: 12 MB of records, 3 MB of the columns that were asked for, and of the values
    (:mod:`lumenstock.adapters.embedded.carried`) 12.5 kB each. The vectors, 307 MB, are the system's to hold.

    Attributes:
        records: What is kept of each row but its vector: a structured array of n.
        alive: bool[n]; False where the row is no longer true.
        vectors: float32[n, 768], memory-mapped.
        carried: What the rows carry of the values that are counted.
    """

    records: NDArray[np.void]
    alive: Mask
    vectors: Vectors
    carried: Carried

    @classmethod
    def load(cls, folder: Path, count: int, generation: int, known: Carried | None = None) -> RowView:
        """Map the first ``count`` rows as of write ``generation``; ``known`` is of an earlier one.

        Raises:
            OSError: A file is missing.
            ValueError: A file is too short or damaged.
        """
        known = known or Carried()
        if count == 0:
            empty = np.empty((0, EMBEDDING_DIM), dtype=np.float32)
            return cls(np.empty(0, dtype=_ROW), np.empty(0, dtype=bool), empty, known)
        rows = np.fromfile(folder / ROWS, dtype=_ROW, count=count)
        if len(rows) < count:
            message = f"The files in {folder} hold less than {count} rows."
            raise ValueError(message)
        alive = (rows["ended"] == 0) | (rows["ended"] > generation)
        vectors = np.memmap(folder / VECTORS, dtype="<f4", mode="r", shape=(count, EMBEDDING_DIM))
        return cls(rows, alive, np.asarray(vectors), known.grown(folder, rows["codes_end"]))

    @cached_property
    def ids(self) -> NDArray[np.bytes_]:
        """bytes[n], zero-padded."""
        return np.ascontiguousarray(self.records["id"])

    @cached_property
    def models(self) -> NDArray[np.uint64]:
        """uint64[n]; 0 where the row has no vector or is no longer true."""
        return np.where(self.alive, self.records["model"], np.uint64(0))

    @cached_property
    def contributors(self) -> NDArray[np.uint64]:
        """uint64[2, n]: what stands for the contributor's id and name."""
        return np.stack([self.records["contributor_id"], self.records["contributor_name"]])

    @cached_property
    def numbers(self) -> dict[str, NDArray[np.int64]]:
        """int64[n] by name: what can be asked for by a range."""
        names = ("created_at_s", "width_px", "height_px", "people", "ai_generated")
        return {name: np.ascontiguousarray(self.records[name]) for name in names}

    def ids_of(self, rows: RowNumbers) -> list[ImageId]:
        """The ids that ``rows`` belong to."""
        return [ImageId(image_id.decode()) for image_id in self.ids[rows].tolist()]

    def signals_of(self, rows: RowNumbers) -> Iterable[Signals]:
        """What the order of business goes by, of each of ``rows``."""
        records = self.records[rows]
        columns = (records[name].tolist() for name in ("created_at_s", "premium", "trending"))
        return map(Signals, *columns)

    def count(self, model: str) -> int:
        """How many rows have a vector of ``model``."""
        return int(np.count_nonzero(self.of_model(model)))

    def of_model(self, model: str) -> Mask:
        """bool[n]: the rows with a vector of ``model`` (``name@version``)."""
        if not model:
            return np.zeros(len(self.alive), dtype=bool)
        mask: Mask = self.models == np.uint64(name_code(model))
        return mask
