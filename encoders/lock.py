"""``models.lock``: what each fetched file was the first time, so that it can never be another one later."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError

from encoders.catalogue import Recipe
from encoders.errors import LockError, WrongFileError


class LockedFile(BaseModel):
    """What a file is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size: int = Field(ge=0)


class LockedModel(BaseModel):
    """The files of one repository at one revision, by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    repository: str
    revision: str
    files: dict[str, LockedFile]


class _File(RootModel[dict[str, LockedModel]]):
    pass


class Lock:
    """The lock file. It belongs under version control, so that whoever fetches later gets the same bytes."""

    def __init__(self, path: Path) -> None:
        """Use the file at ``path``, which need not exist yet."""
        self._path = path

    def files(self, recipe: Recipe) -> Mapping[str, LockedFile] | None:
        """What is locked of a model; None before its first fetch.

        Raises:
            LockError: The file cannot be read, or locks another revision than the recipe names.
        """
        locked = self._read().get(recipe.name)
        if locked is None:
            return None
        if (locked.repository, locked.revision) != (recipe.repository, recipe.revision):
            message = (
                f"{self._path} locks {recipe.name} to {locked.repository}@{locked.revision}, and the recipe "
                f"names {recipe.source}. Remove the entry if that change is meant."
            )
            raise LockError(message)
        return locked.files

    def write(self, recipe: Recipe, files: Mapping[str, LockedFile]) -> None:
        """Lock a model's files; the file is replaced in one step.

        Raises:
            LockError: It cannot be read or written.
        """
        entry = LockedModel(repository=recipe.repository, revision=recipe.revision, files=dict(files))
        text = _File(self._read() | {recipe.name: entry}).model_dump_json(indent=2)
        fresh = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            fresh.write_text(f"{text}\n", encoding="utf-8")
            fresh.replace(self._path)
        except OSError as error:
            message = f"{self._path} cannot be written: {error.strerror}."
            raise LockError(message) from error

    def check(self, recipe: Recipe, folder: Path) -> None:
        """Hold every file of a fetched model against the lock.

        Raises:
            LockError: Nothing is locked of it.
            WrongFileError: A file is missing, or not the one that is locked.
        """
        locked = self.files(recipe)
        if locked is None:
            message = f"Nothing is fetched of {recipe.name}: `lumenstock models fetch {recipe.name}`."
            raise LockError(message)
        for name, file in locked.items():
            if digest(folder / name) != file:
                message = f"{folder / name} is not the file that {self._path.name} names. Fetch it again."
                raise WrongFileError(message)

    def _read(self) -> dict[str, LockedModel]:
        try:
            return _File.model_validate_json(self._path.read_bytes()).root
        except FileNotFoundError:
            return {}
        except (OSError, ValidationError) as error:
            message = f"{self._path} cannot be read as a lock file: {error}"
            raise LockError(message) from error


def digest(path: Path) -> LockedFile | None:
    """What a file is; None if it is not there."""
    try:
        with path.open("rb") as file:
            return LockedFile(
                sha256=hashlib.file_digest(file, "sha256").hexdigest(), size=path.stat().st_size
            )
    except FileNotFoundError:
        return None
