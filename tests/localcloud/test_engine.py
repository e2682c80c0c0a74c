"""The engine's life, with the real engine and nothing deployed in it."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import closing

import httpx
import psutil
import pytest

from localcloud import engine
from localcloud.clients import Operator
from localcloud.home import Home
from lumenstock.kernel.errors import ConfigurationError, UnavailableError

pytestmark = pytest.mark.slow


@pytest.fixture
def started(home: Home) -> Iterator[Home]:
    engine.start(home, print)
    yield home
    engine.stop(home)


def store(home: Home) -> None:
    """One table, one object, one search index."""
    operator = Operator.of(home)
    operator.dynamodb.create_table(
        TableName="kept",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    operator.s3.create_bucket(Bucket="kept")
    operator.s3.put_object(Bucket="kept", Key="a", Body=b"body")
    (home.search / "index").write_text("documents")


def kill(home: Home) -> None:
    pid = engine.daemon(home).pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while engine.daemon(home).pid() is not None:
        time.sleep(0.01)


def test_a_graceful_stop_keeps_tables_bodies_and_index(started: Home) -> None:
    store(started)
    assert engine.stop(started)
    notes: list[str] = []
    again = engine.start(started, notes.append)
    assert (again.fresh, again.was_running, notes) == (False, False, [])
    operator = Operator.of(started)
    assert operator.dynamodb.list_tables()["TableNames"] == ["kept"]
    assert operator.s3.get_object(Bucket="kept", Key="a")["Body"].read() == b"body"
    assert (started.search / "index").exists()


def test_after_a_kill_engine_bodies_and_index_are_cleared_together_and_it_says_so(started: Home) -> None:
    store(started)
    started.deployed_file.write_text("something")
    kill(started)
    notes: list[str] = []
    assert engine.start(started, notes.append).fresh
    assert "not stopped gracefully" in notes[0]
    assert "pictures, accounts, deployment and search index are cleared together" in notes[0]
    operator = Operator.of(started)
    assert operator.dynamodb.list_tables()["TableNames"] == []
    assert operator.s3.list_buckets()["Buckets"] == []
    assert not (started.search / "index").exists()
    assert not started.deployed_file.exists()


def test_the_state_of_another_engine_version_is_cleared(started: Home) -> None:
    store(started)
    engine.stop(started)
    (started.folder / "engine-version").write_text("another")
    notes: list[str] = []
    assert engine.start(started, notes.append).fresh
    assert "another version" in notes[0]


def test_a_second_start_changes_nothing(started: Home) -> None:
    pid = engine.daemon(started).pid()
    assert engine.start(started, print).was_running
    assert engine.daemon(started).pid() == pid


def test_a_running_engine_is_not_cleared(started: Home) -> None:
    with pytest.raises(UnavailableError, match="stop the local cloud first"):
        engine.clear(started)


def test_a_taken_port_is_named(home: Home) -> None:
    refused = pytest.raises(ConfigurationError, match=f"{home.engine_port}.*LUMENSTOCK_ENGINE_PORT")
    with closing(socket.create_server(("127.0.0.1", home.engine_port))), refused:
        engine.start(home, print)


def test_it_listens_on_loopback_only(started: Home) -> None:
    pid = engine.daemon(started).pid()
    assert pid is not None
    sockets = psutil.Process(pid).net_connections("inet")
    assert {each.laddr for each in sockets if each.status == psutil.CONN_LISTEN} == {
        ("127.0.0.1", started.engine_port)
    }


def test_the_real_engine_stands_behind_the_guard(started: Home) -> None:
    url = started.engine_url
    assert httpx.get(url, headers={"host": "evil.test"}).status_code == 421
    assert httpx.post(url, headers={"origin": "http://evil.test"}).status_code == 403
    assert httpx.post(f"{url}/_ministack/reset").status_code == 403


def test_scratch_files_are_wiped_at_the_start(started: Home) -> None:
    engine.stop(started)
    (started.scratch / "left-behind").mkdir()
    engine.start(started, print)
    assert not (started.scratch / "left-behind").exists()
