"""The JDK that OpenSearch 3 runs on."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools.maven import NotAvailableError

OLDEST = 21
INSTALLED = Path("/usr/lib/jvm")


def home(environment: Mapping[str, str] = os.environ, installed: Path = INSTALLED) -> Path:
    """The first JDK that is new enough: OPENSEARCH_JAVA_HOME, JAVA_HOME, then the newest that is installed.

    Raises:
        NotAvailableError: There is none; the text lists those that are too old.
    """
    found: list[tuple[int, Path]] = []
    for place in _places(environment, installed):
        version = _version(place)
        if version >= OLDEST:
            return place
        if version:
            found.append((version, place))
    old = ", ".join(f"{place} is {version}" for version, place in found) or "none was found"
    message = f"OpenSearch 3.5 needs a JDK of at least {OLDEST} (OPENSEARCH_JAVA_HOME names one); {old}."
    raise NotAvailableError(message)


def _places(environment: Mapping[str, str], installed: Path) -> Iterator[Path]:
    for name in ("OPENSEARCH_JAVA_HOME", "JAVA_HOME"):
        if environment.get(name):
            yield Path(environment[name])
    yield from sorted(installed.glob("*"), key=_version, reverse=True)


def _version(place: Path) -> int:
    """The major version of the JDK at ``place``; 0 where there is none."""
    java = place / "bin" / "java"
    if not java.is_file():
        return 0
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', told)
    return int(version[1]) if version else 0
