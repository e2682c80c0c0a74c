"""Versions of the shipped model, and a rollout from the first to the second."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from lumenstock import bootstrap
from lumenstock.adapters.onnx.folder import MANIFEST
from lumenstock.kernel.clock import SystemClock
from lumenstock.search.rollout import State, opened
from tools.train_demo import MODEL_FOLDER

OLD, NEW = "demo@1", "demo@2"


def next_version(folder: Path) -> Path:
    """The shipped model as its version 2, in a new folder below ``folder``."""
    following = folder / "next"
    shutil.copytree(MODEL_FOLDER, following)
    change_manifest(following, version="2")
    return following


def change_manifest(folder: Path, **fields: object) -> None:
    """Write other ``fields`` into a model's manifest."""
    manifest = folder / MANIFEST
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | fields))


def open_rollout() -> None:
    """Note in the stage's record that version 2 is beside version 1."""
    bootstrap.rollouts().write(opened(None, OLD, NEW, SystemClock().now()))
    bootstrap.pointer().fresh()


def move(*states: State) -> None:
    """Move that rollout on."""
    for state in states:
        rollout = bootstrap.rollouts().read()
        assert rollout is not None
        bootstrap.rollouts().write(rollout.moved(state, SystemClock().now()))
    bootstrap.pointer().fresh()


def swap() -> None:
    """Let version 2 answer."""
    open_rollout()
    move(State.FILLED, State.COMPARED, State.SWAPPED)
