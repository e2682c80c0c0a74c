"""Carries writes from the truth into words, rows and vectors: one process at a time, under a file lock.

The commit of tantivy is the one step that readers see. Whatever dies before it leaves marks and rows
that no reader looks at, and the next projection does the same writes again.
"""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import tantivy

from lumenstock.adapters.embedded.fields import (
    SNAPSHOT,
    create_words,
    document_record,
    open_words,
    snapshot_record,
)
from lumenstock.adapters.embedded.lock import file_lock
from lumenstock.adapters.embedded.position import Position, position_of
from lumenstock.adapters.embedded.queries import ids_query
from lumenstock.adapters.embedded.rows import RowWriter
from lumenstock.adapters.embedded.truth import Row, Truth

FORMAT = "v4"  # of the projected files; another one in place is projected anew

logger = logging.getLogger(__name__)

_BATCH = 1000  # writes a commit: 3 MB of vectors
_WRITER_BYTES = 15_000_000  # the least that tantivy takes
_SPARE_ROWS = 1000  # ended rows that are kept before the files are written anew


class Projector:
    """The only writer of the projected files."""

    def __init__(self, folder: Path, truth: Truth) -> None:
        """Project ``truth`` below ``folder``."""
        self._folder = folder
        self._lock = folder / "projector.lock"
        self._truth = truth

    def current(self) -> Path | None:
        """The folder that readers look into; None before the first projection."""
        try:
            name = (self._folder / "current").read_text()
        except FileNotFoundError:
            return None
        return self._folder / name if name.startswith(FORMAT) else None

    def catch_up(self, batches: int | None = None) -> bool:
        """Project what was written since the last time, unless somebody else is at it.

        Args:
            batches: Most commits of 1,000 writes to make; all that are needed when None.

        Returns:
            Whether the lock was free.
        """
        with file_lock(self._lock, wait=False) as held:
            if held:
                self._advance(batches)
            return held

    def renew(self) -> None:
        """Project everything into new files and then let readers look there; waits for the lock."""
        with file_lock(self._lock, wait=True):
            self._write_anew()

    def replace(self, folder: Path | None) -> None:
        """Renew, unless somebody has sent readers to another folder than ``folder`` by then."""
        with file_lock(self._lock, wait=True):
            if self.current() == folder:
                self._write_anew()

    def _advance(self, batches: int | None) -> None:
        folder = self.current()
        if folder is None or not self._continue(folder, batches):
            self._write_anew()

    def _continue(self, folder: Path, batches: int | None) -> bool:
        """Project into the present files; False if they should be written anew."""
        try:
            words = open_words(folder / "words")
            made = 0
            while (batches is None or made < batches) and self._project_batch(folder, words):
                made += 1
            position = _position(words)
        except (OSError, ValueError):  # a file is missing or damaged
            logger.exception("The projected files in %s are damaged.", folder)
            return False
        if position.generation > self._truth.head():  # they belong to a truth that is no more
            return False
        return position.rows <= 2 * words.searcher().num_docs + _SPARE_ROWS

    def _write_anew(self) -> None:
        present = self.current()
        number = int(present.name.rsplit("-", 1)[1]) + 1 if present else 1
        folder = self._folder / f"{FORMAT}-{number}"
        shutil.rmtree(folder, ignore_errors=True)
        words = create_words(folder / "words")
        RowWriter.create(folder)
        writer = words.writer(_WRITER_BYTES, 1)
        writer.add_document(snapshot_record(0, 0))
        writer.commit()
        writer.wait_merging_threads()
        # All as it is now: where others write all the time, there is no end to wait for, and what they write
        # again would be met neither where it was nor, yet, where it is.
        with self._truth.as_it_is():
            while self._project_batch(folder, words):
                pass
        pointer = self._folder / "current.new"
        pointer.write_text(folder.name)
        pointer.replace(self._folder / "current")
        for other in self._folder.glob("v*-*"):
            if other != folder:  # readers of the old files have them open and mapped
                shutil.rmtree(other, ignore_errors=True)

    def _project_batch(self, folder: Path, words: tantivy.Index) -> bool:
        """Make one commit; False if there was nothing to project."""
        position = _position(words)
        writes = self._truth.written_after(position.generation, _BATCH)
        if not writes:
            return False
        generation = writes[-1].seq
        documents = [write.document for write in writes if write.document is not None]
        rows = RowWriter(folder, position.rows, position.generation)
        try:
            for row in _present_rows(words, writes):
                rows.end(row, generation)
            rows.append(position.rows, documents)
        finally:
            rows.close()
        writer = words.writer(_WRITER_BYTES, 1)
        for write in writes:
            writer.delete_documents_by_term("id", write.id)
        writer.delete_documents_by_term("kind", SNAPSHOT)
        for row, document in enumerate(documents, start=position.rows):
            writer.add_document(document_record(document, row))
        writer.add_document(snapshot_record(generation, position.rows + len(documents)))
        writer.commit()
        writer.wait_merging_threads()
        return True


def _position(words: tantivy.Index) -> Position:
    words.reload()
    return position_of(words.searcher()) or Position(0, 0)


def _present_rows(words: tantivy.Index, writes: list[Row]) -> list[int]:
    """The rows that the documents of ``writes`` have so far."""
    found = words.searcher().search(
        ids_query([write.id for write in writes]), limit=len(writes), count=False, order_by_field="row"
    )
    return [int(row) for row, _ in found.hits]
