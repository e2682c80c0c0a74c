"""Where the models of this machine are, and the options that name them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from localcloud.home import REPOSITORY
from lumenstock.kernel.errors import ConfigurationError

Name = Annotated[str, typer.Argument(metavar="MODEL", help="Such as clip-vit-l-14; `list` shows all.")]
Folder = Annotated[
    Path,
    typer.Option(
        "--folder", envvar="LUMENSTOCK_MODELS", file_okay=False, help="Where fetched and exported models are."
    ),
]
FOLDER = REPOSITORY / ".cache" / "models"


def checkpoint_folder(folder: Path, name: str) -> Path:
    """Where a fetched checkpoint lies."""
    return folder / name / "checkpoint"


def model_folder(folder: Path, name: str) -> Path:
    """Where an exported model lies."""
    return folder / name / "model"


@contextmanager
def telling_what_is_missing() -> Iterator[None]:
    """Let libraries that only this command needs be told by the name of their group.

    Raises:
        ConfigurationError: One of them is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        message = f"{error.name} is missing: install the dependency group `models`, or run `make setup`."
        raise ConfigurationError(message) from error
