"""What a command that was run leaves behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def pictures(self) -> list[dict[str, Any]]:
        """Those about pictures."""
        return [line for line in self.lines if line["status"] != "passed_over"]


Run = Callable[..., Ran]
