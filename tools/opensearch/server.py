"""A real OpenSearch on 127.0.0.1: one for as long as a block runs, or one that stays until it is stopped."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tools.opensearch import distribution, java, unprivileged

RECORD = distribution.CACHE / "server.json"
HEAP = "768m"  # the tests' largest index holds 5,000 documents; 100,000 fit as well
# Quick code instead of fast code: a start and 3,000 documents take 13 CPU-seconds instead of 26.
_SHORT_LIFE = "-XX:TieredStopAtLevel=1"
_SETTINGS = {
    "cluster.name": "lumenstock",
    "discovery.type": "single-node",
    "network.host": "127.0.0.1",
    "http.port": "0",
    "transport.port": "0",
    "action.auto_create_index": "false",  # an index is made on purpose or not at all
    "cluster.routing.allocation.disk.threshold_enabled": "false",  # else a full disk makes indices read-only
}
_LISTENS = re.compile(r"HttpServerTransport.* publish_address \{127\.0\.0\.1:(\d+)\}")
_WRITES_INTO_HOME = re.compile(r"logs/|HeapDump")
_START_TIMEOUT_S = 240
_STOP_TIMEOUT_S = 20
_LOOK_S = 0.1
_SAID = "said"  # what it prints


@dataclass(frozen=True, slots=True)
class Server:
    """One OpenSearch.

    Attributes:
        address: ``http://127.0.0.1:port``.
        folder: Its configuration, data and log; they end with it, unless it is killed.
        process: Where it is a child of this process, which must see it end.
    """

    pid: int
    address: str
    folder: str
    process: subprocess.Popen[bytes] | None = field(default=None, compare=False, repr=False)

    @classmethod
    def launch(cls, folder: Path, *, stays: bool, fast: bool = False, port: int = 0) -> Self:
        """Start one on what ``folder`` holds, which is made when it is missing, and wait until it answers.

        Args:
            folder: Configuration, data and log.
            stays: Whether it outlives this process.
            fast: Whether its code is to be made as fast as can be. A short life takes half the CPU without.
            port: Where it listens; any free port when 0.

        Raises:
            NotAvailableError: This machine has no JDK or no Maven; the text says what to install.
            RuntimeError: It did not start; the text is the end of its log.
        """
        library, jdk = distribution.installed(), java.home()
        if not (folder / "config").exists():
            _prepare(folder, library)
        settings = _SETTINGS | {
            "http.port": str(port),
            "path.data": str(folder / "data"),
            "path.logs": str(folder / "logs"),
            "path.repo": str(folder / "snapshots"),
        }
        options = [f"-E{name}={value}" for name, value in settings.items()]
        program = [str(library / "bin" / "opensearch"), *options]
        environ = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(folder),
            "OPENSEARCH_JAVA_HOME": str(jdk),
            "OPENSEARCH_PATH_CONF": str(folder / "config"),
            "OPENSEARCH_TMPDIR": str(folder / "tmp"),
            "OPENSEARCH_JAVA_OPTS": f"-Xms{HEAP} -Xmx{HEAP} {'' if fast else _SHORT_LIFE}",
        }
        command = unprivileged.command(program, ends_with_parent=not stays)
        process = None if stays else _child(command, environ, folder)
        pid = process.pid if process else _orphan(command, environ, folder)
        return cls(pid, _address(pid, folder / _SAID), str(folder), process)

    @property
    def answers(self) -> bool:
        """Whether it is there and takes requests."""
        with suppress(OSError), urllib.request.urlopen(self.address, timeout=5) as answer:  # noqa: S310 - our own server
            return bool(json.load(answer)["cluster_name"] == _SETTINGS["cluster.name"])
        return False

    def kill(self) -> None:
        """End it at once, as a lost machine does; what it acknowledged is on the disk."""
        self._signal(signal.SIGKILL)

    def end(self) -> None:
        """Stop it and remove what it kept."""
        self._signal(signal.SIGTERM)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)
        end = time.monotonic() + _STOP_TIMEOUT_S
        while _alive(self.pid):
            if time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
            time.sleep(_LOOK_S)
        if self.process is not None:
            self.process.wait()


@contextmanager
def running(*, fast: bool = False) -> Iterator[str]:
    """The address of an OpenSearch: the one that is kept, else one that ends with the block.

    ``fast`` as :meth:`Server.launch` has it.

    Raises:
        NotAvailableError: This machine has no JDK or no Maven; the text says what to install.
        TamperedError: Something else came than what is pinned.
    """
    if (present := kept()) is not None:
        yield present.address
        return
    server = fresh(stays=False, fast=fast)
    try:
        yield server.address
    finally:
        server.end()


def fresh(*, stays: bool, fast: bool = False) -> Server:
    """A new one in a folder of its own, which goes when it cannot start.

    Raises:
        NotAvailableError: This machine has no JDK or no Maven; the text says what to install.
        RuntimeError: It did not start; the text is the end of its log.
    """
    folder = Path(tempfile.mkdtemp(prefix="lumenstock-opensearch-"))
    try:
        return Server.launch(folder, stays=stays, fast=fast)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def kept() -> Server | None:
    """The one that :func:`start` started, if it answers."""
    try:
        server = Server(**json.loads(RECORD.read_text()))
    except FileNotFoundError:
        return None
    return server if server.answers else None


def start() -> Server:
    """The one that is kept; if there is none, start one that stays."""
    if (present := kept()) is not None:
        return present
    server = fresh(stays=True, fast=True)
    RECORD.parent.mkdir(parents=True, exist_ok=True)
    told = {"pid": server.pid, "address": server.address, "folder": server.folder}
    RECORD.write_text(json.dumps(told))
    return server


def stop() -> bool:
    """End the one that is kept; whether there was one."""
    server = kept()
    if server is not None:
        server.end()
    RECORD.unlink(missing_ok=True)
    return server is not None


def _prepare(folder: Path, library: Path) -> None:
    """Configuration and room for data, as the user that OpenSearch runs as needs them."""
    shutil.copytree(library / "config", folder / "config")
    options = folder / "config" / "jvm.options"
    # Its own logs and dumps go into the installation, where that user cannot write.
    kept_lines = [line for line in options.read_text().splitlines() if not _WRITES_INTO_HOME.search(line)]
    options.write_text("\n".join(kept_lines))
    for name in ("data", "logs", "snapshots", "tmp"):
        (folder / name).mkdir()
    unprivileged.give_away(folder)


def _child(command: list[str], environ: dict[str, str], folder: Path) -> subprocess.Popen[bytes]:
    with (folder / _SAID).open("wb") as said:
        return subprocess.Popen(
            command,
            env=environ,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _orphan(command: list[str], environ: dict[str, str], folder: Path) -> int:
    """Start it through a shell, which ends at once: so it is no child of this process and outlives it."""
    done = subprocess.run(
        ["/bin/sh", "-c", '"$@" >"$0" 2>&1 & echo $!', str(folder / _SAID), *command],
        env=environ,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
        check=True,
        text=True,
    )
    return int(done.stdout)


def _address(pid: int, said: Path) -> str:
    """Wait until it tells its port."""
    end = time.monotonic() + _START_TIMEOUT_S
    while _alive(pid) and time.monotonic() < end:
        if said.exists() and (told := _LISTENS.search(said.read_text(errors="replace"))) is not None:
            return f"http://127.0.0.1:{told[1]}"
        time.sleep(_LOOK_S)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    message = f"OpenSearch did not start: {said.read_text(errors='replace')[-2000:]}"
    raise RuntimeError(message)


def _alive(pid: int) -> bool:
    """Whether the process runs; one that ended and was not waited for does not."""
    try:
        state = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
