"""Which methods a path takes, after the routes of the manifest."""

from __future__ import annotations

from functions.routes import ROUTES


def allowed_methods(path: str) -> tuple[str, ...]:
    """Methods of ``path``, in alphabetical order; empty if there is nothing at it."""
    segments = path.split("/")
    return tuple(sorted({route.method for route in ROUTES if _matches(route.path.split("/"), segments)}))


def _matches(pattern: list[str], segments: list[str]) -> bool:
    return len(pattern) == len(segments) and all(
        wanted == found or (wanted.startswith("{") and found != "")
        for wanted, found in zip(pattern, segments, strict=True)
    )
