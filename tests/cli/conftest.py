"""The command line, run in process against a marketplace on a loopback port."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.cli.marketplace import PASSWORD, Marketplace, handler_of
from tests.cli.running import Ran, Run


@pytest.fixture
def market() -> Iterator[Marketplace]:
    """A running marketplace."""
    state = Marketplace()
    with ThreadingHTTPServer(("127.0.0.1", 0), handler_of(state)) as server:
        server.daemon_threads = True
        state.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield state
        server.shutdown()


@pytest.fixture
def run(market: Marketplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``lumenstock …`` against the marketplace, with a home of its own."""
    from cli.main import app

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("LUMENSTOCK_API", market.url)
    # Read once, at import; workers of a parallel run have 80 columns.
    monkeypatch.setattr("cli.console.out.width", 200)
    # The marketplace of the tests knows at once how a picture ended.
    monkeypatch.setattr("cli.transfer._LOOK_EVERY_S", 0.02)

    def call(*arguments: str, stdin: str = "") -> Ran:
        result = CliRunner().invoke(app, list(arguments), input=stdin)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    return call


@pytest.fixture
def signed_in(run: Run) -> Run:
    """``run`` after a sign-in."""
    assert run("login", "ada@example.org", "--password-stdin", stdin=f"{PASSWORD}\n").code == 0
    return run


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder with three files that look like pictures to a client."""
    folder = tmp_path / "pictures"
    (folder / "deep").mkdir(parents=True)
    for name in ("red-car_02.jpg", "deep/Blue boat.PNG", "deep/lake.webp"):
        (folder / name).write_bytes(name.encode() * 1000)
    (folder / "notes.txt").write_text("not a picture")
    return folder
