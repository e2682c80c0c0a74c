"""A real DynamoDB on 127.0.0.1, in memory: where a race must be proved, because moto lets both sides win."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.dynamodb_local import jars
from tools.maven import NotAvailableError

_OLDEST_JAVA = 17
_LAUNCHER = Path(__file__).with_name("Loopback.java")
_STOP_TIMEOUT_S = 10


@contextmanager
def running() -> Iterator[str]:
    """Start one, and end it with the block; its address. It keeps nothing and ignores who asks.

    Raises:
        NotAvailableError: This machine has no JDK or no Maven; the text says what to install.
        TamperedError: Something else came than what is pinned.
    """
    java, library = _java(), jars.folder()
    command = [
        java,
        "-Xmx256m",
        # Quick code instead of fast code: a start and 3,000 requests take 4.5 CPU-seconds instead of 9.4.
        "-XX:TieredStopAtLevel=1",
        f"-Djava.library.path={library}",
        "-cp",
        f"{library}/*",
        str(_LAUNCHER),
        *("-inMemory", "-sharedDb", "-disableTelemetry"),
    ]
    server = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    with server:
        try:
            yield f"http://127.0.0.1:{_port_of(server)}"
        finally:
            # It ends with its standard input, so also when this process is killed.
            assert server.stdin  # noqa: S101  # nosec B101 - a pipe, as asked for
            server.stdin.close()
            try:
                server.wait(_STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                server.kill()


def _java() -> str:
    """A Java with a compiler, which the launcher needs."""
    homes = [os.environ["JAVA_HOME"] + "/bin"] if "JAVA_HOME" in os.environ else []
    path = os.pathsep.join([*homes, os.environ.get("PATH", "")])
    java, compiler = shutil.which("java", path=path), shutil.which("javac", path=path)
    if java is None or compiler is None:
        message = f"A JDK of at least {_OLDEST_JAVA} is needed; 'java' or 'javac' is not on the PATH."
        raise NotAvailableError(message)
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', told)
    if version is None or int(version[1]) < _OLDEST_JAVA:
        message = f"A JDK of at least {_OLDEST_JAVA} is needed; {java} is {version[1] if version else told}."
        raise NotAvailableError(message)
    return java


def _port_of(server: subprocess.Popen[str]) -> int:
    """Read what it says until it tells its port; what it says later fits into the pipe."""
    assert server.stdout  # noqa: S101  # nosec B101 - a pipe, as asked for
    said: list[str] = []
    for line in server.stdout:
        if line.startswith("port "):
            return int(line.split()[1])
        said.append(line)
    message = f"DynamoDB Local did not start: {''.join(said)}"
    raise RuntimeError(message)
