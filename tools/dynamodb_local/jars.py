"""DynamoDB Local's files from Maven Central, every one of them as pinned in ``jars.sha256``."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
PINS = HERE / "jars.sha256"
_CACHE = HERE.parents[1] / ".cache" / "dynamodb_local"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_FETCH_TIMEOUT_S = 300


class NotAvailableError(Exception):
    """DynamoDB Local cannot be had on this machine; the text says what is missing."""


class TamperedError(Exception):
    """Something else came than what is pinned."""


def folder() -> Path:
    """The folder with all files, fetched when it is not there yet. Processes that ask at once fetch once.

    Raises:
        NotAvailableError: Maven is missing, or it cannot fetch.
        TamperedError: A file is not the pinned one.
    """
    pins = PINS.read_text()
    ready = _CACHE / hashlib.sha256(pins.encode()).hexdigest()[:16]
    with _one_at_a_time():
        if not ready.exists():
            with TemporaryDirectory(dir=_CACHE, prefix="fetch-") as fetched:
                fetch(Path(fetched, "lib"))
                if (found := digests(Path(fetched, "lib"))) != pins:
                    raise TamperedError(_difference(pins, found))
                Path(fetched, "lib").rename(ready)
    return ready


def fetch(into: Path) -> None:
    """Let Maven copy the files of ``pom.xml`` into a folder.

    Raises:
        NotAvailableError: It is missing, or it cannot.
    """
    maven = shutil.which("mvn")
    if maven is None:
        message = "Maven is needed to fetch DynamoDB Local; 'mvn' is not on the PATH."
        raise NotAvailableError(message)
    options = ("-DincludeScope=runtime", f"-DoutputDirectory={into}")
    command = [maven, "-q", "-B", "-f", str(HERE / "pom.xml"), _COPY, *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_FETCH_TIMEOUT_S, check=False)
    if done.returncode:
        message = f"Maven cannot fetch DynamoDB Local: {done.stdout.strip()[-500:]}"
        raise NotAvailableError(message)


def digests(of: Path) -> str:
    """What ``sha256sum *`` prints there."""
    files = sorted(of.iterdir())
    return "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)


def _difference(pins: str, found: str) -> str:
    names = sorted(line.split()[1] for line in set(pins.splitlines()) ^ set(found.splitlines()))
    return f"not as pinned in {PINS.name}: {', '.join(dict.fromkeys(names))}"


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    _CACHE.mkdir(parents=True, exist_ok=True)
    with (_CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
