"""Versions of the shipped model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tools.train_demo import MODEL_FOLDER


def next_version(folder: Path) -> Path:
    """The shipped model as its version 2, in a new folder below ``folder``."""
    following = folder / "next"
    shutil.copytree(MODEL_FOLDER, following)
    manifest = following / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"version": "2"}))
    return following
