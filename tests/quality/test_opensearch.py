"""The real OpenSearch that the contract is proved on: only from pinned files, only for this machine, nobody's."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tools import maven
from tools.opensearch import distribution, java, server, unprivileged


def listening(address: str) -> list[tuple[str, int]]:
    """Who listens at the port of ``address``: the local address in the kernel's hex, and the user's number."""
    port = f":{urlsplit(address).port:04X}"
    rows = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path("/proc/net", table).read_text().splitlines()[1:]
    ]
    return [
        (row[1].removesuffix(port), int(row[7])) for row in rows if row[1].endswith(port) and row[3] == "0A"
    ]


def installed_jdk(folder: Path, name: str, version: str) -> Path:
    program = folder / name / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
    program.chmod(0o755)
    return folder / name


@pytest.mark.opensearch
@pytest.mark.xdist_group("opensearch")
def test_nobody_else_on_the_network_can_reach_it_and_it_does_not_run_as_root(opensearch: str) -> None:
    loopback = {"0100007F", "0000000000000000FFFF00000100007F"}
    found = listening(opensearch)
    assert found
    assert {place for place, _ in found} <= loopback
    assert all(user != 0 for _, user in found)


@pytest.mark.opensearch
@pytest.mark.xdist_group("opensearch")
@pytest.mark.slow
def test_one_that_is_kept_serves_everybody_until_it_is_stopped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(server, "RECORD", tmp_path / "server.json")
    assert server.kept() is None
    assert not server.stop()
    kept = server.start()
    try:
        assert server.start() == kept
        with server.running() as address:
            assert address == kept.address
        assert kept.answers
    finally:
        stopped = server.stop()
    assert stopped
    assert not kept.answers
    assert not Path(kept.folder).exists()


def test_a_record_of_one_that_is_gone_counts_for_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    record = tmp_path / "server.json"
    record.write_text(json.dumps({"pid": 1, "address": "http://127.0.0.1:9", "folder": str(tmp_path)}))
    monkeypatch.setattr(server, "RECORD", record)
    assert server.kept() is None


def test_a_file_that_is_not_as_pinned_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fetch(into: Path) -> None:
        into.mkdir()
        for line in distribution.PINS.read_text().splitlines():
            (into / line.split()[1]).write_text("something else")

    tmp_path.chmod(0o755)
    monkeypatch.setattr(distribution, "fetch", fetch)
    monkeypatch.setattr(distribution, "_place", lambda: tmp_path / "cache")
    with pytest.raises(maven.TamperedError, match=r"opensearch-3\.5\.0\.zip"):
        distribution.installed()
    assert [entry.name for entry in (tmp_path / "cache").iterdir()] == ["lock"]


def test_a_machine_without_maven_is_told_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(maven.NotAvailableError, match="Maven is needed"):
        distribution.fetch(tmp_path)


def test_the_newest_installed_jdk_is_taken(tmp_path: Path) -> None:
    installed_jdk(tmp_path, "jdk-17", "17.0.2")
    newest = installed_jdk(tmp_path, "jdk-25", "25.0.1")
    installed_jdk(tmp_path, "jdk-21", "21.0.1")
    assert java.home({}, tmp_path) == newest


def test_a_jdk_that_is_named_goes_before_installed_ones(tmp_path: Path) -> None:
    installed_jdk(tmp_path / "installed", "jdk-25", "25")
    named = installed_jdk(tmp_path, "mine", "21.0.1")
    assert java.home({"OPENSEARCH_JAVA_HOME": str(named)}, tmp_path / "installed") == named


def test_a_machine_with_an_old_jdk_is_told_which(tmp_path: Path) -> None:
    old = installed_jdk(tmp_path, "jdk-17", "17.0.2")
    with pytest.raises(maven.NotAvailableError, match="at least 21") as told:
        java.home({"JAVA_HOME": ""}, tmp_path)
    assert f"{old} is 17" in str(told.value)


def test_a_folder_of_which_only_the_owner_may_enter_a_parent_is_not_for_everybody(tmp_path: Path) -> None:
    (tmp_path / "private" / "inner").mkdir(parents=True)
    (tmp_path / "private").chmod(0o700)
    assert not unprivileged.reachable(tmp_path / "private" / "inner" / "not-yet")
    assert unprivileged.reachable(Path("/usr"))
