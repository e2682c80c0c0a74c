from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from localcloud.daemon import Daemon
from lumenstock.kernel.errors import UnavailableError


@pytest.fixture
def daemon(tmp_path: Path) -> Daemon:
    return Daemon("test", tmp_path / "test.pid", tmp_path / "logs" / "test.log")


def start(daemon: Daemon, command: list[str], folder: Path) -> int:
    daemon.start(command, environ={}, folder=folder)
    pid = daemon.pid()
    assert pid is not None
    return pid


def test_it_runs_outlives_its_starter_and_stops(daemon: Daemon, sleeper: list[str], tmp_path: Path) -> None:
    assert daemon.pid() is None
    process = psutil.Process(start(daemon, sleeper, tmp_path))
    assert process.cmdline() == sleeper
    assert process.ppid() != os.getpid()
    assert daemon.stop(patience_s=10)
    assert daemon.pid() is None
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE  # init may be slow to reap


def test_a_second_one_does_not_start(daemon: Daemon, sleeper: list[str], tmp_path: Path) -> None:
    pid = start(daemon, sleeper, tmp_path)
    with pytest.raises(UnavailableError, match="already running"):
        daemon.start(sleeper, environ={}, folder=tmp_path)
    assert daemon.pid() == pid
    daemon.stop(patience_s=10)


def test_a_killed_one_is_known_to_be_gone(daemon: Daemon, sleeper: list[str], tmp_path: Path) -> None:
    pid = start(daemon, sleeper, tmp_path)
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while daemon.pid() is not None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert daemon.lock_file.read_text() == str(pid)


def test_one_that_does_not_listen_is_killed_and_reported(daemon: Daemon, tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    start(daemon, [sys.executable, "-c", deaf], tmp_path)
    deadline = time.monotonic() + 10
    while daemon.log_tail() != "deaf":
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert not daemon.stop(patience_s=0.2)
    assert daemon.pid() is None


def test_stopping_what_does_not_run_is_fine(daemon: Daemon) -> None:
    assert daemon.stop(patience_s=0)


def test_it_sees_the_given_environment_only(daemon: Daemon, tmp_path: Path) -> None:
    program = "import os; print(sorted(name for name in os.environ if not name.startswith(('LC_', 'PWD', '_', 'SHLVL', 'OLDPWD'))))"
    daemon.start([sys.executable, "-c", program], environ={"ONLY": "this"}, folder=tmp_path)
    deadline = time.monotonic() + 10
    while not daemon.log_tail():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert daemon.log_tail() == "['ONLY']"
