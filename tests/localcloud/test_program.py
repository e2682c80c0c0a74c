from __future__ import annotations

import sys
from pathlib import Path

import pytest

from localcloud import cdk, interpreter, program
from localcloud.home import Home
from localcloud.steps import Steps
from lumenstock.kernel.errors import ConfigurationError, UnavailableError


def test_what_a_failing_program_said_last_is_in_the_error(tmp_path: Path) -> None:
    script = "print('first'); [print('line') for _ in range(40)]; print('the reason'); raise SystemExit(3)"
    with pytest.raises(UnavailableError, match="the reason") as failed:
        program.run([sys.executable, "-c", script], environ={}, log=tmp_path / "logs" / "x.log")
    assert "first" not in failed.value.detail
    assert (tmp_path / "logs" / "x.log").read_text().startswith("first")


def test_a_missing_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no-such-program was not found"):
        program.run(["no-such-program"], environ={}, log=tmp_path / "x.log")


def test_without_node_the_start_says_what_is_needed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ConfigurationError, match=r"Node\.js 20"):
        cdk.require(home, Steps(sys.stderr))


def test_another_lock_asks_for_another_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = interpreter.digest()
    (tmp_path / "engine.txt").write_text("ministack==9.9.9")
    monkeypatch.setattr(interpreter, "LOCK", tmp_path / "engine.txt")
    assert interpreter.digest() != before
    assert interpreter.digest().endswith(f"py{sys.version_info.major}.{sys.version_info.minor}")
