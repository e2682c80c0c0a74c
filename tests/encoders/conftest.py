from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.encoders.hub import Hub, handler_of
from tests.encoders.made import made_model


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that no test changes; its checkpoint lies beside it."""
    return made_model(tmp_path_factory.mktemp("clip"))


@pytest.fixture
def checkpoint(made: Path, tmp_path: Path) -> Path:
    """A checkpoint of one's own."""
    return Path(shutil.copytree(made.parent / "checkpoint", tmp_path / "checkpoint"))


@pytest.fixture
def model(made: Path, tmp_path: Path) -> Path:
    """A model of one's own."""
    return Path(shutil.copytree(made, tmp_path / "model"))


@pytest.fixture
def hub(made: Path) -> Iterator[Hub]:
    """A hub that holds the checkpoint of random weights under the recipe's name."""
    state = Hub.of(made.parent / "checkpoint")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler_of(state)) as server:
        server.daemon_threads = True
        state.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield state
        server.shutdown()
