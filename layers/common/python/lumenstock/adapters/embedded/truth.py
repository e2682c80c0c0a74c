"""The truth of the embedded index: one SQLite file in WAL mode. A write is acknowledged by its commit."""

from __future__ import annotations

import base64
import json
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

from lumenstock.adapters.embedded.lock import file_lock
from lumenstock.kernel.ids import ImageId
from lumenstock.search.document import Document, Removal
from lumenstock.search.ports import Change

ID_BYTES = 32  # what the row file holds of an id; a ULID has 26
_PATIENCE_S = 10  # how long a write waits for others
DROPPED = -1  # version of a stub that keeps nothing out

_VERSION = 2  # as the schema sets it

# `body` is null in a stub. `seq` numbers the writes; every row carries that of its last one. `refill` has a
# row while the content is being replaced: the number of the last write before, and from where it goes on.
_SCHEMA = """
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS documents (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, seq INTEGER NOT NULL, body TEXT, vector BLOB NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS documents_by_seq ON documents (seq);
CREATE TABLE IF NOT EXISTS writes (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), seq INTEGER NOT NULL);
INSERT OR IGNORE INTO writes VALUES (1, 0);
CREATE TABLE IF NOT EXISTS refill (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1), floor INTEGER NOT NULL, bookmark TEXT
);
PRAGMA user_version = 2;
"""

# external_gte; a repeat of what is there is no write, so that nothing is projected twice.
_PUT = """
INSERT INTO documents (id, version, seq, body, vector) VALUES (:id, :version, :seq, :body, :vector)
ON CONFLICT (id) DO UPDATE
SET version = excluded.version, seq = excluded.seq, body = excluded.body, vector = excluded.vector
WHERE documents.seq <= :floor OR excluded.version > documents.version
   OR (excluded.version = documents.version
       AND (excluded.body IS NOT documents.body OR excluded.vector IS NOT documents.vector))
"""

_BODY_FIELDS = tuple(
    field.name for field in fields(Document) if field.name not in {"vector_f16", "miniature"}
)
_LISTS = ("tags", "categories", "colors")


@dataclass(frozen=True, slots=True)
class Row:
    """The last write of one id: ``document`` is None in a stub."""

    seq: int
    id: ImageId
    document: Document | None


class Truth:
    """Whole documents and stubs by id, and the order in which they were last written."""

    def __init__(self, path: Path) -> None:
        """Open or create the file at ``path``; connections are made per thread, when first needed."""
        self._path = path
        self._threads = threading.local()

    def write(self, changes: Sequence[Change], floor: int = -1, bookmark: str | None = None) -> None:
        """Put ``changes`` in one transaction; rows last written at or before ``floor`` yield to any version.

        Args:
            changes: What is written.
            floor: Number of a write.
            bookmark: From where the refill that they belong to goes on.

        Raises:
            ValueError: An id is longer than 32 bytes.
        """
        with self._transaction() as db:
            seq = _head(db)
            for change in changes:
                seq += db.execute(_PUT, {**_columns(change), "seq": seq + 1, "floor": floor}).rowcount
            db.execute("UPDATE writes SET seq = ?", (seq,))
            if bookmark is not None:
                db.execute("UPDATE refill SET bookmark = ?", (bookmark,))

    def begin_refill(self, *, anew: bool) -> tuple[int, str | None]:
        """Note that the content is being replaced; goes on with what is noted already, unless ``anew``.

        Returns:
            Number of the last write before it began, and its bookmark.
        """
        with self._transaction() as db:
            if anew:
                db.execute("DELETE FROM refill")
            db.execute("INSERT OR IGNORE INTO refill VALUES (1, ?, NULL)", (_head(db),))
            floor, bookmark = db.execute("SELECT floor, bookmark FROM refill").fetchone()
        return floor, bookmark

    def give_up_refill(self) -> bool:
        """Forget that the content was being replaced; whether it was."""
        with self._transaction() as db:
            return db.execute("DELETE FROM refill").rowcount > 0

    def drop_unwritten(self, floor: int) -> None:
        """End a refill: rows last written at or before ``floor`` become stubs that keep nothing out."""
        with self._transaction() as db:
            db.execute("DELETE FROM refill")
            seq = _head(db)
            stale = db.execute("SELECT id FROM documents WHERE seq <= ? AND version > ?", (floor, DROPPED))
            for (image_id,) in stale.fetchall():
                seq += 1
                db.execute(
                    "UPDATE documents SET version = ?, seq = ?, body = NULL, vector = x'' WHERE id = ?",
                    (DROPPED, seq, image_id),
                )
            db.execute("UPDATE writes SET seq = ?", (seq,))

    def head(self) -> int:
        """Number of the last write."""
        return _head(self._connection())

    def get(self, ids: Sequence[ImageId]) -> dict[ImageId, Document]:
        """The documents of ``ids``, in their order; stubs and unknown ids are left out."""
        found = self._connection().execute(
            "SELECT id, body, vector FROM documents"
            " WHERE body IS NOT NULL AND id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
        documents = {ImageId(image_id): _document(body, vector) for image_id, body, vector in found}
        return {image_id: documents[image_id] for image_id in ids if image_id in documents}

    def stored(self, ids: Sequence[ImageId]) -> dict[ImageId, Change]:
        """The last writes of ``ids``; those that keep nothing out are left out."""
        found = self._connection().execute(
            "SELECT id, version, body, vector FROM documents"
            " WHERE version > ? AND id IN (SELECT value FROM json_each(?))",
            (DROPPED, json.dumps(list(ids))),
        )
        return {
            ImageId(image_id): Removal(image_id, version) if body is None else _document(body, vector)
            for image_id, version, body, vector in found
        }

    def written_after(self, seq: int, limit: int) -> list[Row]:
        """The rows whose last write came after number ``seq``, in the order of writing, at most ``limit``."""
        found = self._connection().execute(
            "SELECT seq, id, body, vector FROM documents WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit)
        )
        return [
            Row(number, ImageId(image_id), None if body is None else _document(body, vector))
            for number, image_id, body, vector in found
        ]

    @contextmanager
    def as_it_is(self) -> Iterator[None]:
        """What this thread reads inside is as it was at its first reading, whatever others write."""
        db = self._connection()
        db.execute("BEGIN")
        try:
            yield
        finally:
            db.execute("ROLLBACK")

    def _connection(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._threads, "db", None)
        if db is None:
            db = self._threads.db = self._connect()
        return db

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self._path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False)
        weakref.finalize(self, db.close)
        if db.execute("PRAGMA user_version").fetchone() != (_VERSION,):
            # SQLite does not wait for others while it changes the journal's mode.
            with file_lock(self._path.with_suffix(".lock"), wait=True):
                db.executescript(_SCHEMA)
        db.execute("PRAGMA synchronous = FULL")
        return db

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        db = self._connection()
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")


def _head(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT seq FROM writes").fetchone()[0])


def _columns(change: Change) -> dict[str, object]:
    if len(change.id.encode()) > ID_BYTES:
        message = f"The id {change.id} is longer than {ID_BYTES} bytes."
        raise ValueError(message)
    if isinstance(change, Removal):
        return {"id": change.id, "version": change.version, "body": None, "vector": b""}
    values = {name: getattr(change, name) for name in _BODY_FIELDS}
    values["miniature"] = base64.b64encode(change.miniature).decode()
    body = json.dumps(values, ensure_ascii=False)
    return {"id": change.id, "version": change.version, "body": body, "vector": change.vector_f16}


def _document(body: str, vector: bytes) -> Document:
    values = json.loads(body)
    values |= {name: tuple(values[name]) for name in _LISTS}
    values["miniature"] = base64.b64decode(values.get("miniature", ""))
    return Document(**values, vector_f16=vector)
