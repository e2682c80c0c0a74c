"""OpenSearch refuses to run as root: started by root it is nobody's, in folders that everybody can reach."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Sequence
from pathlib import Path

from tools.maven import NotAvailableError

NOBODY = 65534


def is_root() -> bool:
    """Whether this process is root's."""
    return os.geteuid() == 0


def reachable(folder: Path) -> bool:
    """Whether every user may walk to ``folder``, as far as it exists."""
    present = (place for place in (folder, *folder.parents) if place.exists())
    return all(place.stat().st_mode & stat.S_IXOTH for place in present)


def give_away(folder: Path) -> None:
    """Make ``folder`` and all in it the property of the user that OpenSearch runs as."""
    if is_root():
        for place in (folder, *folder.rglob("*")):
            os.chown(place, NOBODY, NOBODY)


def command(program: Sequence[str], *, ends_with_parent: bool) -> list[str]:
    """``program`` without privileges; if asked for, the system ends it when its parent dies.

    Raises:
        NotAvailableError: That takes util-linux's ``setpriv``, and it is missing.
    """
    if not (is_root() or ends_with_parent):
        return list(program)
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        message = "setpriv (package util-linux) is needed to start OpenSearch; it is not on the PATH."
        raise NotAvailableError(message)
    drop = (f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups") if is_root() else ()
    end = ("--pdeathsig", "KILL") if ends_with_parent else ()
    return [setpriv, *drop, *end, *program]
