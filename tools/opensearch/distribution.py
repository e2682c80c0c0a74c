"""OpenSearch with its k-NN plugin from Maven Central, both files as pinned in ``zips.sha256``.

The k-NN archive there has no native libraries: its ``lucene`` engine works, and a vector for ``faiss`` ends
the whole node.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.opensearch import java, unprivileged
from tools.opensearch.java import NotAvailableError

HERE = Path(__file__).parent
PINS = HERE / "zips.sha256"
CACHE = HERE.parents[1] / ".cache" / "opensearch"
ARTIFACTS = (
    # The zips of this name are cut down to the transport modules in 2.19, 3.3 and 3.4; 3.5.0 is whole.
    "org.opensearch.distribution.integ-test-zip:opensearch:3.5.0:zip",
    "org.opensearch.plugin:opensearch-knn:3.5.0.0:zip",
)
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
_FETCH_TIMEOUT_S = 600


class TamperedError(Exception):
    """Something else came than what is pinned."""


def installed() -> Path:
    """The folder of an OpenSearch with k-NN, made when it is not there yet; many may ask at once.

    Raises:
        NotAvailableError: A JDK or Maven is missing, or Maven cannot fetch.
        TamperedError: A file is not the pinned one.
    """
    pins = PINS.read_text()
    place = _place()
    ready = place / hashlib.sha256(pins.encode()).hexdigest()[:16]
    with _one_at_a_time(place):
        if not ready.exists():
            with TemporaryDirectory(dir=place, prefix="install-") as scratch:
                fetch(Path(scratch, "zips"))
                if (found := digests(Path(scratch, "zips"))) != pins:
                    raise TamperedError(_difference(pins, found))
                _unpack(Path(scratch, "zips")).rename(ready)
    return ready


def fetch(into: Path) -> None:
    """Let Maven copy both archives into a folder.

    Raises:
        NotAvailableError: It is missing, or it cannot.
    """
    maven = shutil.which("mvn")
    if maven is None:
        message = "Maven is needed to fetch OpenSearch; 'mvn' is not on the PATH."
        raise NotAvailableError(message)
    for artifact in ARTIFACTS:
        command = [maven, "-q", "-B", _COPY, f"-Dartifact={artifact}", f"-DoutputDirectory={into}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_FETCH_TIMEOUT_S, check=False)
        if done.returncode:
            message = f"Maven cannot fetch OpenSearch: {done.stdout.strip()[-500:]}"
            raise NotAvailableError(message)


def digests(of: Path) -> str:
    """What ``sha256sum *`` prints there."""
    files = sorted(of.iterdir())
    return "".join(f"{_digest(file)}  {file.name}\n" for file in files)


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _unpack(zips: Path) -> Path:
    """OpenSearch with its plugin, beside the archives."""
    distribution, plugin = (zips / line.split()[1] for line in PINS.read_text().splitlines())
    shutil.unpack_archive(distribution, zips)
    (folder,) = (entry for entry in zips.iterdir() if entry.is_dir())
    for program in (folder / "bin").iterdir():
        program.chmod(0o755)  # unpacking forgets it
    done = subprocess.run(
        [folder / "bin" / "opensearch-plugin", "install", "--batch", plugin.as_uri()],
        env=os.environ | {"OPENSEARCH_JAVA_HOME": str(java.home())},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        message = f"The k-NN plugin cannot be installed: {(done.stdout + done.stderr).strip()[-500:]}"
        raise NotAvailableError(message)
    return folder


def _place() -> Path:
    """The cache of the repository, or where OpenSearch could not read it, a folder for all users."""
    if unprivileged.is_root() and not unprivileged.reachable(CACHE):
        return Path(tempfile.gettempdir(), "lumenstock-opensearch")
    return CACHE


def _difference(pins: str, found: str) -> str:
    names = sorted(line.split()[1] for line in set(pins.splitlines()) ^ set(found.splitlines()))
    return f"not as pinned in {PINS.name}: {', '.join(dict.fromkeys(names))}"


@contextmanager
def _one_at_a_time(place: Path) -> Iterator[None]:
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
