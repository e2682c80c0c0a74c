"""Other programs that a deployment needs: what they say goes to a file, and its end into the error."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from localcloud.home import REPOSITORY
from lumenstock.kernel.errors import ConfigurationError, UnavailableError

_LAST_LINES = 30


def run(command: Sequence[str], *, environ: Mapping[str, str], log: Path) -> None:
    """Run ``command`` in the repository.

    Raises:
        ConfigurationError: There is no such program.
        UnavailableError: It failed; the text holds the end of what it said.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as file:
        try:
            subprocess.run(
                command, cwd=REPOSITORY, env=dict(environ), stdout=file, stderr=subprocess.STDOUT, check=True
            )
        except FileNotFoundError as missing:
            raise ConfigurationError(f"{command[0]} was not found") from missing
        except subprocess.CalledProcessError as failed:
            told = "\n".join(log.read_text(errors="replace").splitlines()[-_LAST_LINES:])
            raise UnavailableError(f"`{Path(command[0]).name}` failed; {log} ends with:\n{told}") from failed
