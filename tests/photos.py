"""Photos of real cameras: ``PHOTOS=dir``, or those that lie beside the repository on its makers' machines."""

from __future__ import annotations

import os
from pathlib import Path

_FOLDER = Path(os.environ.get("PHOTOS", Path(__file__).parents[2] / "shared" / "photos"))
REAL_PHOTOS = sorted(_FOLDER.rglob("*.jp*g"))
