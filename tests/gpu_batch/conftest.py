"""A stage whose images are embedded by the demo model."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Stores
from tools.train_demo import MODEL_FOLDER


@pytest.fixture(autouse=True)
def _stage(stores: Stores, set_stage: Callable[..., None], tmp_path: Path) -> None:  # noqa: ARG001 - before it
    set_stage(
        SEARCH_ENGINE="embedded",
        SEARCH_DIR=str(tmp_path),
        MODEL_DIR=str(MODEL_FOLDER),
        REVIEW="auto",
        APPROVE_UNSCORED="true",
        EMBED_RETRY_DELAYS_S="[1000]",
    )


@pytest.fixture(autouse=True)
def _handler() -> Iterator[None]:
    """The process's own handler of SIGTERM comes back."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)
