"""What a deployment is made from, as one digest: deployed again only when it changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from localcloud import interpreter
from localcloud.home import REPOSITORY, Home

_FILES = ("app.py", "cdk.json", "package-lock.json", "docs/api/openapi.json")
# What decides which templates are taken, how they are deployed, and what is applied and asked afterwards.
_STEPS = ("applied.py", "canary.py", "cdk.py", "coverage.json", "coverage.py", "streams.py")
_FOLDERS = ("infra", "functions", "statemachines", "layers")
_GENERATED = frozenset({"__pycache__", ".mypy_cache", ".ruff_cache"})


def digest(home: Home, repository: Path = REPOSITORY) -> str:
    """32 hex digits over app, templates, code, layers, how they are deployed, by which engine, to where."""
    content = hashlib.sha256(
        f"{interpreter.digest()} {home.folder} {home.front_url} {home.opensearch_url}".encode()
    )
    for path in _paths(repository):
        content.update(f"{path.relative_to(repository)}\0{path.stat().st_size}\0".encode())
        content.update(path.read_bytes())
    return content.hexdigest()[:32]


def _paths(repository: Path) -> Iterator[Path]:
    yield from (path for name in _FILES if (path := repository / name).exists())
    yield from (path for name in _STEPS if (path := repository / "localcloud" / name).exists())
    for folder in _FOLDERS:
        for path in sorted((repository / folder).rglob("*")):
            if path.is_file() and not _GENERATED.intersection(path.parts):
                yield path
