"""The tasks of one job on disk: which are done, so that a job that was killed goes on where it was."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lumenstock.ingest.backfill import FAILED, SUCCEEDED


@dataclass(frozen=True, slots=True)
class Ended:
    """One task that is over; as in a report. ``key`` is URL-encoded."""

    key: str
    succeeded: bool
    code: str
    text: str

    def row(self, bucket: str) -> tuple[str, ...]:
        """Its line of a report: bucket, key, version, status, two codes, text."""
        status = SUCCEEDED if self.succeeded else FAILED
        return (bucket, self.key, "", status, "200", "" if self.succeeded else self.code, self.text)


class Journal:
    """A file with a line for each task that is over. Many may read it while one writes."""

    def __init__(self, path: Path) -> None:
        """The journal at ``path``, which need not be there yet."""
        self._path = path

    def ended(self) -> Iterator[Ended]:
        """All tasks that are over, in the order in which they ended; a line that is not whole is none."""
        with suppress(FileNotFoundError), self._path.open(newline="", encoding="utf-8") as file:
            for key, succeeded, code, text in csv.reader(line for line in file if line.endswith("\n")):
                yield Ended(key, succeeded == SUCCEEDED, code, text)

    def write(self, tasks: Iterable[Ended]) -> Iterator[Ended]:
        """Note each of ``tasks`` as it ends, and pass it on. What a crash cut off is removed first."""
        self._mend()
        with self._path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            for task in tasks:
                status = SUCCEEDED if task.succeeded else FAILED
                # One line is one task, whatever a function answers.
                writer.writerow((task.key, status, task.code, " ".join(task.text.split())))
                file.flush()
                yield task

    def _mend(self) -> None:
        with suppress(FileNotFoundError), self._path.open("r+b") as file:
            text = file.read()
            file.truncate(text.rfind(b"\n") + 1)
