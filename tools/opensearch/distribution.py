"""OpenSearch with its k-NN plugin from Maven Central, both files as pinned in ``zips.sha256``.

The k-NN archive there has no native libraries: its ``lucene`` engine works, and a vector for ``faiss`` ends
the whole node.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tools import maven
from tools.maven import NotAvailableError
from tools.opensearch import java, unprivileged

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


def installed() -> Path:
    """The folder of an OpenSearch with k-NN, made when it is not there yet; many may ask at once.

    Raises:
        NotAvailableError: A JDK or Maven is missing, or Maven cannot fetch.
        TamperedError: A file is not the pinned one.
    """
    return maven.installed(_place(), PINS, fetch, _unpack)


def fetch(into: Path) -> None:
    """Let Maven copy both archives into a folder.

    Raises:
        NotAvailableError: It is missing, or it cannot.
    """
    for artifact in ARTIFACTS:
        options = (f"-Dartifact={artifact}", f"-DoutputDirectory={into}")
        maven.run("OpenSearch", _COPY, *options, timeout_s=_FETCH_TIMEOUT_S)


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
