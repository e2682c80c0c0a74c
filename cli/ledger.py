"""What this machine remembers of its uploads, so that a run that was killed goes on where it stopped.

One SQLite file for all runs. A line is written *before* the request it is about, so that after a crash
the same Idempotency-Key asks for the same upload again. Which parts have arrived is not in here: the server
says so.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lumenstock.kernel.errors import LumenstockError

_VERSION = 1
_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS digest (
    path BLOB PRIMARY KEY, size_bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, sha256 BLOB NOT NULL
) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS upload (
    account TEXT NOT NULL, sha256 BLOB NOT NULL, key TEXT NOT NULL, stage TEXT NOT NULL,
    image_id TEXT, upload_id TEXT, outcome TEXT, reasons TEXT,
    content_type TEXT,
    PRIMARY KEY (account, sha256)
) WITHOUT ROWID""",
)
# Came later than the first files. Who does not know of it can still use one that has it.
_COLUMN_ADDED = "content_type"
_COLUMNS = "key, stage, image_id, upload_id, outcome, reasons, content_type"
# Another run writes for microseconds; only a stopped one holds the file for longer.
_BUSY_S = 20.0


class LedgerError(LumenstockError):
    """The state file cannot be used."""

    code, title = "state_file", "State file"


class Stage(StrEnum):
    """How far a file has come."""

    WANTED = "wanted"
    ANNOUNCED = "announced"
    SENT = "sent"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file's way to one account.

    Attributes:
        key: Idempotency-Key of its announcement.
        upload_id: Of a multipart upload; None for a single PUT.
        outcome: How it ended, a value of :class:`cli.outcome.Outcome`; None before.
        reasons: JSON array of why; None when there are none.
        content_type: As what it was announced; None before, and where that was not noted.
    """

    key: str
    stage: Stage
    image_id: str | None = None
    upload_id: str | None = None
    outcome: str | None = None
    reasons: str | None = None
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells that a file is still the one that was read: its length and its time of change."""

    size_bytes: int
    mtime_ns: int

    @classmethod
    def of(cls, path: Path) -> Stamp:
        """The stamp of a file.

        Raises:
            OSError: It cannot be looked at.
        """
        stat = path.stat()
        return cls(stat.st_size, stat.st_mtime_ns)


class Ledger:
    """The state file. Safe to share between threads, and between processes.

    A killed process leaves it whole (write-ahead log); a power cut may take the last lines back, which costs
    a second announcement and no picture.
    """

    def __init__(self, path: Path | None, account: str) -> None:
        """Use the file at ``path`` (made when absent; None keeps it in memory) for ``account``.

        ``account`` names the address of the API and the account there: what one sent, another did not.

        Raises:
            LedgerError: The file is damaged, locked, or of a newer version of this program.
        """
        self._path = path
        self._account = account
        self._lock = threading.Lock()
        with self._telling():
            if path is not None:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._db = sqlite3.connect(
                path or ":memory:", timeout=_BUSY_S, isolation_level=None, check_same_thread=False
            )
            self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._db.close()

    def digest(self, path: Path, stamp: Stamp) -> bytes | None:
        """SHA-256 of a file as it was last read, if it has not changed since."""
        row = self._row(
            "SELECT sha256 FROM digest WHERE path = ? AND size_bytes = ? AND mtime_ns = ?",
            (_absolute(path), stamp.size_bytes, stamp.mtime_ns),
        )
        return row[0] if row else None

    def remember(self, path: Path, stamp: Stamp, sha256: bytes) -> None:
        """Keep the digest of a file that was read."""
        self._write(
            "INSERT OR REPLACE INTO digest VALUES (?, ?, ?, ?)",
            (_absolute(path), stamp.size_bytes, stamp.mtime_ns, sha256),
        )

    def entry(self, sha256: bytes) -> Entry | None:
        """How far the file with this content has come."""
        row = self._row(
            f"SELECT {_COLUMNS} FROM upload WHERE account = ? AND sha256 = ?",  # noqa: S608 - a constant  # nosec B608
            (self._account, sha256),
        )
        return Entry(row[0], Stage(row[1]), *row[2:]) if row else None

    def want(self, sha256: bytes, key: str, *, instead_of: str = "") -> Entry:
        """Begin with a file under the new ``key``, or begin again where ``instead_of`` led nowhere.

        Whoever comes first decides on the key: the answer holds the one that counts.
        """
        self._write(
            "INSERT INTO upload (account, sha256, key, stage) VALUES (?, ?, ?, 'wanted')"
            " ON CONFLICT DO UPDATE SET key = excluded.key, stage = 'wanted', image_id = NULL,"
            " upload_id = NULL, outcome = NULL, reasons = NULL, content_type = NULL WHERE key = ?",
            (self._account, sha256, key, instead_of),
        )
        entry = self.entry(sha256)
        if entry is None:
            raise LedgerError(f"{self._path} lost a line that was just written.")
        return entry

    def announced(self, sha256: bytes, image_id: str, upload_id: str | None, content_type: str) -> None:
        """The API knows of the file, as one of type ``content_type``."""
        self._update(
            sha256,
            stage=Stage.ANNOUNCED,
            image_id=image_id,
            upload_id=upload_id,
            content_type=content_type,
        )

    def sent(self, sha256: bytes, image_id: str) -> None:
        """The store has all of it."""
        self._update(sha256, stage=Stage.SENT, image_id=image_id, outcome=None, reasons=None)

    def ended(self, sha256: bytes, image_id: str, outcome: str, reasons: str | None = None) -> None:
        """The pipeline is done with it."""
        self._update(sha256, stage=Stage.ENDED, image_id=image_id, outcome=outcome, reasons=reasons)

    def _update(self, sha256: bytes, **columns: str | None) -> None:
        changes = ", ".join(f"{name} = ?" for name in columns)
        self._write(
            f"UPDATE upload SET {changes} WHERE account = ? AND sha256 = ?",  # noqa: S608 - our names  # nosec B608
            (*columns.values(), self._account, sha256),
        )

    def _open(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > _VERSION:
            raise LedgerError(f"{self._path} is of a newer lumenstock. Use that one, or --state FILE.")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("BEGIN IMMEDIATE")  # of two that open one file, one adds the column
        for table in _SCHEMA:
            self._db.execute(table)
        if _COLUMN_ADDED not in {row[1] for row in self._db.execute("PRAGMA table_info(upload)")}:
            self._db.execute(f"ALTER TABLE upload ADD COLUMN {_COLUMN_ADDED} TEXT")
        self._db.execute(f"PRAGMA user_version = {_VERSION}")
        self._db.execute("COMMIT")

    def _row(self, query: str, values: tuple[object, ...]) -> tuple[Any, ...] | None:
        with self._lock, self._telling():
            row: tuple[Any, ...] | None = self._db.execute(query, values).fetchone()
            return row

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        with self._lock, self._telling():
            self._db.execute(statement, values)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as cause:
            message = f"The state file {self._path} cannot be used: {cause}."
            raise LedgerError(message) from cause


def default_path(environ: dict[str, str] | os._Environ[str]) -> Path:
    """``$XDG_STATE_HOME/lumenstock/uploads.sqlite``, below ``~/.local/state`` without that variable."""
    home = environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "lumenstock" / "uploads.sqlite"


def _absolute(path: Path) -> bytes:
    """The path as the system knows it: a name need not be text."""
    return os.fsencode(path.absolute())
