"""A model's folder: a manifest, and the files it vouches for."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, Protocol

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lumenstock.embedding.labels import Head
from lumenstock.embedding.model import ModelManifest, Resampling
from lumenstock.kernel.errors import ConfigurationError, NotFoundError

MANIFEST = "manifest.json"
IMAGE_GRAPH, TOKENIZER, HEADS = "image.onnx", "tokenizer.json", "heads.npz"
TEXT_GRAPH: Final = "text.onnx"
# The same towers for other machines: halves for a GPU, bytes for queries. Not every model has them.
IMAGE_GRAPH_FP16: Final = "image.fp16.onnx"
TEXT_GRAPH_INT8: Final = "text.int8.onnx"


class ManifestFile(BaseModel):
    """``manifest.json``. ``files`` holds the SHA-256 of each file of the model, as hex.

    ``queries`` is the text graph that serves: the one in int8 only after an evaluation has let it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: str
    notice: str
    licence: str
    image_size_px: int = Field(gt=0)
    resampling: Resampling = Resampling.AREA
    visual_weight: float = Field(ge=0, le=1)
    knows: frozenset[str]
    queries: Literal["text.onnx", "text.int8.onnx"] = TEXT_GRAPH
    source: str = ""
    files: dict[str, str]


class NoModelError(ConfigurationError):
    """There is no manifest where a model was looked for."""


class Files(Protocol):
    """Where the files of a model are, if not in a folder."""

    def read(self, name: str, sha256: str = "") -> bytes:
        """The content of one file; ``sha256`` is what the manifest says of it, "" of the manifest itself.

        Raises:
            NotFoundError: No such file.
        """
        ...


class _InFolder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __str__(self) -> str:
        return str(self._folder)

    def read(self, name: str, sha256: str = "") -> bytes:
        """See the protocol; a folder has one file of a name, whatever its content."""
        del sha256
        try:
            return (self._folder / name).read_bytes()
        except OSError as error:
            message = f"There is no {self._folder / name}."
            raise NotFoundError(message) from error


class ModelFolder:
    """Reads a model's files, each only if its content is what the manifest says.

    Attributes:
        written: The manifest as it was read.
    """

    def __init__(self, folder: Path | Files) -> None:
        """Read the manifest.

        Raises:
            NoModelError: There is none in ``folder``.
            ConfigurationError: It is not valid.
        """
        self._from = _InFolder(folder) if isinstance(folder, Path) else folder
        try:
            self.written = self._from.read(MANIFEST)
            self._file = ManifestFile.model_validate_json(self.written)
        except NotFoundError as error:
            message = f"There is no valid model in {self._from}."
            raise NoModelError(message) from error
        except ValidationError as error:
            message = f"There is no valid model in {self._from}."
            raise ConfigurationError(message) from error

    @property
    def manifest(self) -> ModelManifest:
        """What there is to know of the model."""
        file = self._file
        return ModelManifest(
            name=file.name,
            version=file.version,
            image_size_px=file.image_size_px,
            visual_weight=file.visual_weight,
            licence=file.licence,
            knows=file.knows,
            resampling=file.resampling,
        )

    @property
    def queries(self) -> str:
        """The text graph that serves."""
        return self._file.queries

    @property
    def files(self) -> Mapping[str, str]:
        """Names of the model's files, each with its SHA-256, as hex."""
        return self._file.files

    def images(self, *, halves: bool) -> str:
        """The image graph; the one in ``halves`` if that is wanted and the model has it."""
        return IMAGE_GRAPH_FP16 if halves and IMAGE_GRAPH_FP16 in self.files else IMAGE_GRAPH

    def read(self, name: str) -> bytes:
        """The content of one file.

        Raises:
            ConfigurationError: It is missing, or not the one that the manifest names.
        """
        sha256 = self.files.get(name, "")
        try:
            content = self._from.read(name, sha256)
        except NotFoundError as error:
            message = f"The model has no {name}."
            raise ConfigurationError(message) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            message = f"The model's {name} is not the one that its manifest names."
            raise ConfigurationError(message)
        return content

    def head(self, name: str) -> Head | None:
        """The labels known as ``name``, one of the manifest's ``knows``; None if it is not."""
        if name not in self._file.knows:
            return None
        with np.load(io.BytesIO(self.read(HEADS)), allow_pickle=False) as arrays:
            return Head(
                labels=tuple(str(label) for label in arrays[f"{name}_labels"]),
                vectors=arrays[f"{name}_vectors"].astype(np.float32),
                slopes=arrays[f"{name}_slopes"].astype(np.float32),
                offsets=arrays[f"{name}_offsets"].astype(np.float32),
            )
