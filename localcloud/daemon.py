"""A background process that is known by the lock it holds, not by a process number that may be reused."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lumenstock.kernel.errors import UnavailableError


@dataclass(frozen=True, slots=True)
class Daemon:
    """One background process of a local cloud.

    The parent takes an exclusive lock on ``lock_file`` and hands the open file to the child: the kernel
    gives the lock back when the child ends, however it ends.

    Attributes:
        name: Word for messages.
        lock_file: Held while it runs; contains its process id.
        log_file: Receives what it prints.
    """

    name: str
    lock_file: Path
    log_file: Path

    def pid(self) -> int | None:
        """Process id while it runs, else None."""
        with suppress(FileNotFoundError), self.lock_file.open("r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(file.read() or 0) or None
        return None

    def start(self, command: Sequence[str], *, environ: Mapping[str, str], folder: Path) -> None:
        """Run ``command`` in ``folder`` in a session of its own.

        Raises:
            UnavailableError: Another one is running, or is being started.
        """
        self.lock_file.parent.mkdir(parents=True, exist_ok=True)
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        with self.lock_file.open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as held:
                raise UnavailableError(f"the {self.name} is already running") from held
            # The shell ends at once, so the process belongs to init and never becomes our zombie.
            shell = subprocess.run(
                ["/bin/sh", "-c", '"$@" >>"$0" 2>&1 & echo $!', str(self.log_file), *command],
                cwd=folder,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                pass_fds=(lock.fileno(),),
                start_new_session=True,
                check=True,
                text=True,
            )
            lock.truncate(0)
            lock.write(shell.stdout.strip())

    def stop(self, *, patience_s: float) -> bool:
        """Ask it to end, then make it.

        Args:
            patience_s: Seconds that it may take to end by itself.

        Returns:
            Whether it ended by itself (or was not running).
        """
        pid = self.pid()
        if pid is None:
            return True
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        if self._gone_within(patience_s):
            return True
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        self._gone_within(10.0)
        return False

    def log_tail(self, lines: int = 20) -> str:
        """The last lines that it printed."""
        if not self.log_file.exists():
            return ""
        return "\n".join(self.log_file.read_text(errors="replace").splitlines()[-lines:])

    def _gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.pid() is not None:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True
