"""What the marketplace of the tests sends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Answer:
    """What the server sends."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def problem(status: int, code: str, detail: str, **more: Any) -> Answer:
    """An error as the API words it."""
    body = {
        "type": f"/problems/{code}",
        "code": code,
        "title": code,
        "status": status,
        "detail": detail,
        **more,
    }
    retry = {"retry-after": "0"} if status in {409, 429, 503} else {}
    return Answer(status, body, {"content-type": "application/problem+json", **retry})
