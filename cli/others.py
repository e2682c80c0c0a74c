"""What lies between the pictures of a folder and is none: passed over, and told of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import typer

from cli.pictures import legible

_NAMED = 5  # in the summary; as JSON lines all are


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file of a folder whose name does not end like that of a picture."""

    path: Path


class Others:
    """Counts them; as JSON each is a line of standard output at once."""

    def __init__(self, *, as_json: bool) -> None:
        """Begin with none."""
        self.count = 0
        self._as_json = as_json
        self._names: list[str] = []

    def add(self, other: PassedOver) -> None:
        """Tell of one more."""
        file = legible(str(other.path))
        self.count += 1
        if len(self._names) < _NAMED:
            self._names.append(file)
        if self._as_json:
            reason = {"code": "unknown_type", "text": "Its name does not end like that of a picture."}
            line = {"file": file, "status": "passed_over", "reasons": [reason]}
            typer.echo(json.dumps(line, ensure_ascii=False))

    def summary(self) -> str:
        """All in one line; empty if there are none."""
        if not self.count:
            return ""
        more = f" and {self.count - len(self._names):,} more" if self.count > len(self._names) else ""
        files = "file" if self.count == 1 else "files"
        return f"{self.count:,} {files} of other kinds passed over: {', '.join(self._names)}{more}."
