"""The file of what a migration could not bring in."""

from __future__ import annotations

import csv
from pathlib import Path
from types import TracebackType
from typing import Self

from cli.manifest import Unusable
from cli.outcome import Result
from cli.pictures import legible

COLUMNS = ("filename", "title", "description", "tags", "categories", "status", "code", "text", "image_id")


class Failures:
    """A CSV file with a line for each reason of each failure, written as they come.

    It is a manifest itself: once the cause is mended, ``lumenstock migrate FILE`` sends just these.
    """

    def __init__(self, path: Path) -> None:
        """Write to ``path``, over what an earlier run left there: each run tells of all that still fail.

        Raises:
            OSError: It cannot be written.
        """
        self.count = 0
        self._file = path.open("w", encoding="utf-8", newline="")
        self._rows = csv.writer(self._file)
        self._write(COLUMNS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def result(self, result: Result) -> None:
        """Tell of a picture that was refused, failed or could not be sent."""
        picture = result.picture
        words = (picture.title, picture.description, ";".join(picture.tags), ";".join(picture.categories))
        path = legible(str(picture.path.absolute()))
        reasons = [(reason.code, reason.text) for reason in result.reasons]
        self.count += 1
        for reason in reasons or [(result.outcome.value, "The service gave no reason.")]:
            self._write((path, *words, result.outcome, *reason, result.image_id or ""))

    def unusable(self, item: Unusable) -> None:
        """Tell of a line or a folder that could not be read."""
        self.count += 1
        self._write((legible(item.where), "", "", "", "", "not_sent", item.code, item.text, ""))

    def _write(self, row: tuple[str, ...]) -> None:
        self._rows.writerow(row)
        self._file.flush()  # a killed run tells of all until then
