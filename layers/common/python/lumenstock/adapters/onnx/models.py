"""The models of a stage: the one that was deployed, and those that were published to it.

A function may bring a model of some megabytes in a layer, and none of the size of CLIP's. A published model
lies in the bucket of the originals, and each of its files is read when it is first needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from lumenstock.adapters.onnx.devices import Device
from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from lumenstock.adapters.onnx.folder import IMAGE_GRAPH, MANIFEST, TEXT_GRAPH, ModelFolder
from lumenstock.embedding.model import Embedder
from lumenstock.kernel.errors import ConfigurationError, ConflictError

PUBLISHED = "models/"
_VECTORS_COME_OF = (IMAGE_GRAPH, TEXT_GRAPH)


class Bucket(Protocol):
    """Where models are published."""

    def read(self, key: str) -> bytes:
        """The bytes of one file.

        Raises:
            NotFoundError: No such file.
        """
        ...

    def exists(self, key: str) -> bool:
        """Whether there is such a file."""
        ...

    def put_shared(self, key: str, body: bytes) -> None:
        """Write a file that functions and jobs read."""
        ...


class Published:
    """The files of one published model, each under its SHA-256, so that none is ever another one."""

    def __init__(self, bucket: Bucket, model: str) -> None:
        """``model`` is ``name@version``."""
        self._bucket = bucket
        self._model = model

    def __str__(self) -> str:
        """What messages call it."""
        return f"what is published as {self._model}"

    def read(self, name: str, sha256: str = "") -> bytes:
        """See :class:`lumenstock.adapters.onnx.folder.Files`."""
        return self._bucket.read(self.key(name, sha256))

    def has(self, name: str, sha256: str) -> bool:
        """Whether a file is there."""
        return self._bucket.exists(self.key(name, sha256))

    def write(self, name: str, body: bytes, sha256: str = "") -> None:
        """Put a file there."""
        self._bucket.put_shared(self.key(name, sha256), body)

    def key(self, name: str, sha256: str) -> str:
        """Where a file is: ``models/NAME@VERSION/``, its SHA-256 and its name; the manifest has none."""
        return f"{PUBLISHED}{self._model}/{sha256 and f'{sha256}-'}{name}"


def load_model(model: str, deployed: Path, bucket: Callable[[], Bucket], device: Device) -> Embedder:
    """The model ``name@version``: the one in the folder ``deployed``, or a published one; with "" the former.

    Raises:
        ConfigurationError: There is none.
        UnavailableError: The bucket does not answer.
    """
    if not model or ((deployed / MANIFEST).is_file() and ModelFolder(deployed).manifest.id == model):
        return OnnxEmbedder(deployed, device=device)
    try:
        return OnnxEmbedder(Published(bucket(), model), device=device)
    except ConfigurationError as error:
        message = f"The model {model} is neither in {deployed} nor published."
        raise ConfigurationError(message) from error


def publish(folder: Path, model: str, bucket: Bucket) -> Iterator[str]:
    """Publish the model in ``folder`` as ``model``, its manifest last; yields the name of each file it wrote.

    Done again it writes what is missing. Words and the graph that serves queries may change under the same
    version, the graphs that vectors come of may not.

    Raises:
        ConfigurationError: There is no valid model in ``folder``, or it is another one.
        ConflictError: That version is published with other graphs.
    """
    own, place = ModelFolder(folder), Published(bucket, model)
    if own.manifest.id != model:
        message = f"The model in {folder} is {own.manifest.id}."
        raise ConfigurationError(message)
    try:
        before = ModelFolder(place)
    except ConfigurationError:
        before = None
    if before and any(before.files.get(name) != own.files.get(name) for name in _VECTORS_COME_OF):
        message = f"{model} is published with other graphs, which made vectors: give these another version."
        raise ConflictError(message)
    for name, sha256 in sorted(own.files.items()):
        if not place.has(name, sha256):
            place.write(name, own.read(name), sha256)
            yield name
    if before is None or before.written != own.written:
        place.write(MANIFEST, own.written)
        yield MANIFEST
