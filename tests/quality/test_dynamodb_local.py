"""The real DynamoDB that races are proved on: only from pinned files, and only for this machine."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from tools import maven
from tools.dynamodb_local import __main__ as command
from tools.dynamodb_local import jars, server


@pytest.mark.dynamodb_local
def test_nobody_else_on_the_network_can_reach_it(dynamodb_local: str) -> None:
    port = urlsplit(dynamodb_local).port
    listening = {
        connection.laddr.ip
        for child in psutil.Process().children()
        for connection in child.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
    }
    assert {address.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}


@pytest.mark.dynamodb_local
def test_it_ends_with_its_block(dynamodb_local: str) -> None:
    before = {child.pid for child in psutil.Process().children()}
    with server.running() as another:
        assert another != dynamodb_local
        (added,) = {child.pid for child in psutil.Process().children()} - before
    assert not psutil.pid_exists(added)


def test_a_file_that_is_not_as_pinned_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fetch(into: Path) -> None:
        into.mkdir()
        for name in ("good.jar", "bad.jar"):
            (into / name).write_text(name)

    fetch(tmp_path / "lib")
    pins = tmp_path / "jars.sha256"
    pins.write_text(maven.digests(tmp_path / "lib").replace("  bad.jar", "0  bad.jar"))
    monkeypatch.setattr(jars, "fetch", fetch)
    monkeypatch.setattr(jars, "PINS", pins)
    monkeypatch.setattr(jars, "_CACHE", tmp_path / "cache")
    with pytest.raises(maven.TamperedError, match=r"bad\.jar$"):
        jars.folder()
    pins.write_text(maven.digests(tmp_path / "lib"))
    assert sorted(file.name for file in jars.folder().iterdir()) == ["bad.jar", "good.jar"]


@pytest.mark.parametrize("missing", ["java", "mvn"])
def test_a_machine_without_java_or_maven_is_told_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, missing: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(jars, "_CACHE", tmp_path / "cache")
    if missing == "java":
        with pytest.raises(maven.NotAvailableError, match="JDK of at least 17"), server.running():
            pass
    else:
        with pytest.raises(maven.NotAvailableError, match="Maven is needed"):
            jars.folder()


def test_a_file_that_is_not_as_pinned_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def changed() -> Path:
        message = "not as pinned in jars.sha256: bad.jar"
        raise maven.TamperedError(message)

    monkeypatch.setattr(jars, "folder", changed)
    monkeypatch.setattr("sys.argv", ["dynamodb_local", "fetch"])
    assert command.main() == 1
    assert capsys.readouterr().err == "not as pinned in jars.sha256: bad.jar\n"


def test_a_maven_that_hangs_is_no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hanging = tmp_path / "mvn"
    hanging.write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    hanging.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(maven.NotAvailableError, match=r"DynamoDB Local within 0\.1 s"):
        maven.run("DynamoDB Local", timeout_s=0.1)
