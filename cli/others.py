"""What lies between the pictures of a folder and is none: passed over, and told of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import typer

from cli.kinds import HEIC_ENDINGS, why_passed_over
from cli.pictures import legible
from lumenstock.ingest import refusals

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
        self._heic = _Group()
        self._rest = _Group()

    def add(self, other: PassedOver) -> None:
        """Tell of one more."""
        file = legible(str(other.path))
        self.count += 1
        is_heic = other.path.suffix.lower() in HEIC_ENDINGS
        (self._heic if is_heic else self._rest).add(file)
        if self._as_json:
            why = why_passed_over(other.path)
            reason = {"code": why.code, "text": why.text}
            line = {"file": file, "status": "passed_over", "reasons": [reason]}
            typer.echo(json.dumps(line, ensure_ascii=False))

    def summary(self) -> str:
        """A line for other kinds, and one for HEIC photos with what to do; empty if there are none."""
        lines = []
        if self._rest.count:
            files = "file" if self._rest.count == 1 else "files"
            lines.append(f"{self._rest.count:,} {files} of other kinds passed over: {self._rest.names()}.")
        if self._heic.count:
            photos = "photo" if self._heic.count == 1 else "photos"
            advice = refusals.heic().text
            lines.append(f"{self._heic.count:,} HEIC {photos} passed over: {self._heic.names()}. {advice}")
        return "\n".join(lines)


class _Group:
    """Files of one kind; the first few by name."""

    def __init__(self) -> None:
        self.count = 0
        self._names: list[str] = []

    def add(self, file: str) -> None:
        self.count += 1
        if len(self._names) < _NAMED:
            self._names.append(file)

    def names(self) -> str:
        more = f" and {self.count - len(self._names):,} more" if self.count > len(self._names) else ""
        return f"{', '.join(self._names)}{more}"
