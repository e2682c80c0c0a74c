"""Engines out of files from Maven Central, every one of them as pinned."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


class NotAvailableError(Exception):
    """An engine cannot be had on this machine; the text says what is missing."""


class TamperedError(Exception):
    """Something else came than what is pinned."""


def run(engine: str, *arguments: str, timeout_s: float) -> None:
    """Let Maven fetch something of ``engine``.

    Raises:
        NotAvailableError: It is missing, or it cannot, or not in time.
    """
    maven = shutil.which("mvn")
    if maven is None:
        message = f"Maven is needed to fetch {engine}; 'mvn' is not on the PATH."
        raise NotAvailableError(message)
    command = [maven, "-q", "-B", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=False)
    except subprocess.TimeoutExpired as late:
        message = f"Maven did not fetch {engine} within {timeout_s:g} s."
        raise NotAvailableError(message) from late
    if done.returncode:
        message = f"Maven cannot fetch {engine}: {done.stdout.strip()[-500:]}"
        raise NotAvailableError(message)


def installed(
    cache: Path, pins: Path, fetch: Callable[[Path], None], install: Callable[[Path], Path]
) -> Path:
    """A folder below ``cache``, made when it is not there yet. Processes that ask at once make it once.

    Args:
        cache: Holds a folder for each state of ``pins``.
        pins: What ``sha256sum *`` must print of the files.
        fetch: Puts them into a folder.
        install: Makes what is wanted of that folder, beside it or of itself, and says where.

    Raises:
        TamperedError: A file is not the pinned one.
    """
    pinned = pins.read_text()
    ready = cache / hashlib.sha256(pinned.encode()).hexdigest()[:16]
    with _one_at_a_time(cache):
        if not ready.exists():
            with TemporaryDirectory(dir=cache, prefix="fetch-") as scratch:
                files = Path(scratch, "files")
                fetch(files)
                if (found := digests(files)) != pinned:
                    names = sorted(
                        line.split()[1] for line in set(pinned.splitlines()) ^ set(found.splitlines())
                    )
                    message = f"not as pinned in {pins.name}: {', '.join(dict.fromkeys(names))}"
                    raise TamperedError(message)
                install(files).rename(ready)
    return ready


def digests(of: Path) -> str:
    """What ``sha256sum *`` prints there."""
    return "".join(f"{_digest(file)}  {file.name}\n" for file in sorted(of.iterdir()))


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@contextmanager
def _one_at_a_time(cache: Path) -> Iterator[None]:
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
