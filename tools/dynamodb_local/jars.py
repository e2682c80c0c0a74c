"""DynamoDB Local's files from Maven Central, every one of them as pinned in ``jars.sha256``."""

from __future__ import annotations

from pathlib import Path

from tools import maven

HERE = Path(__file__).parent
PINS = HERE / "jars.sha256"
_CACHE = HERE.parents[1] / ".cache" / "dynamodb_local"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_FETCH_TIMEOUT_S = 300


def folder() -> Path:
    """The folder with all files, fetched when it is not there yet. Processes that ask at once fetch once.

    Raises:
        NotAvailableError: Maven is missing, or it cannot fetch.
        TamperedError: A file is not the pinned one.
    """
    return maven.installed(_CACHE, PINS, fetch, lambda files: files)


def fetch(into: Path) -> None:
    """Let Maven copy the files of ``pom.xml`` into a folder.

    Raises:
        NotAvailableError: It is missing, or it cannot.
    """
    options = ("-DincludeScope=runtime", f"-DoutputDirectory={into}")
    pom = str(HERE / "pom.xml")
    maven.run("DynamoDB Local", "-f", pom, _COPY, *options, timeout_s=_FETCH_TIMEOUT_S)
