"""The engine's own virtual environment: the product's development packages stay invisible to handlers."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path

from localcloud import program
from localcloud.home import REPOSITORY
from localcloud.lock import exclusive
from lumenstock.kernel.errors import ConfigurationError

LOCK = REPOSITORY / "requirements" / "engine.txt"
FOLDER = REPOSITORY / ".venv-engine"
PYTHON = FOLDER / "bin" / "python"
_FILES = REPOSITORY / ".local"
_STAMP = FOLDER / "lumenstock-lock"


def digest() -> str:
    """Names the engine's packages and its Python: layers are built for that, state is written by that."""
    lock = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]
    return f"{lock}-py{sys.version_info.major}.{sys.version_info.minor}"


def ensure() -> bool:
    """Make or renew the environment from the lock file.

    Returns:
        Whether there was something to do.

    Raises:
        ConfigurationError: uv is missing.
        UnavailableError: It could not install.
    """
    with exclusive(_FILES / "interpreter.lock"):
        if _STAMP.exists() and _STAMP.read_text() == digest():
            return False
        # Registry settings (UV_*, PIP_*, proxies) are the caller's, so its environment goes on.
        environ = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
        for command in (
            ["venv", "--clear", "--python", sys.executable, str(FOLDER)],
            ["pip", "install", "--python", str(PYTHON), "--require-hashes", "-r", str(LOCK)],
        ):
            program.run([_uv(), *command], environ=environ, log=_FILES / "interpreter.log")
        _STAMP.write_text(digest())
        return True


def _uv() -> str:
    beside = Path(sys.executable).parent / "uv"
    uv = str(beside) if beside.exists() else shutil.which("uv")
    if uv is None:
        raise ConfigurationError("uv was not found; `make setup` installs it")
    return uv
