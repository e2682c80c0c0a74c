"""The models of a stage: the one that was deployed, and those that were published to it.

A function may bring a model of some megabytes in a layer, and none of the size of CLIP's. A published model
lies in the bucket of the originals, and each of its files is read when it is first needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from botocore.exceptions import BotoCoreError, ClientError

from lumenstock.adapters.onnx.devices import Device
from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from lumenstock.adapters.onnx.folder import HEADS, MANIFEST, ModelFolder, NoModelError
from lumenstock.embedding.model import Embedder
from lumenstock.kernel.errors import ConfigurationError, ConflictError, NotFoundError, UnavailableError

PUBLISHED = "models/"
_FORBIDDEN = frozenset({"403", "AccessDenied"})


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

    def put_shared(self, key: str, body: bytes, *, first: bool = False) -> None:
        """Write a file that functions and jobs read.

        Raises:
            ConflictError: There is one, and it was to be the ``first``.
        """
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
        """See :class:`lumenstock.adapters.onnx.folder.Files`.

        Raises:
            UnavailableError: The bucket does not answer.
        """
        key = self.key(name, sha256)
        try:
            return self._bucket.read(key)
        except (BotoCoreError, ClientError) as error:
            # Who may not list a bucket is told of a missing file that it is forbidden.
            if isinstance(error, ClientError) and error.response["Error"]["Code"] in _FORBIDDEN:
                message = f"There is no {key}, or it may not be read."
                raise NotFoundError(message) from error
            message = f"The model's {name} cannot be read just now."
            raise UnavailableError(message) from error

    def has(self, name: str, sha256: str) -> bool:
        """Whether a file is there."""
        return self._bucket.exists(self.key(name, sha256))

    def write(self, name: str, body: bytes, sha256: str = "", *, first: bool = False) -> None:
        """Put a file there.

        Raises:
            ConflictError: There is one, and it was to be the ``first``.
        """
        self._bucket.put_shared(self.key(name, sha256), body, first=first)

    def key(self, name: str, sha256: str = "") -> str:
        """Where a file is: ``models/NAME@VERSION/``, its SHA-256 and its name; the manifest has none."""
        return f"{PUBLISHED}{self._model}/{sha256 and f'{sha256}-'}{name}"


def load_model(model: str, deployed: Path, bucket: Callable[[], Bucket], device: Device) -> Embedder:
    """The model ``name@version``: the one in the folder ``deployed``, or a published one; with "" the former.

    Raises:
        ConfigurationError: There is none.
        UnavailableError: The bucket does not answer.
    """
    if not model:
        return OnnxEmbedder(deployed, device=device)
    with suppress(NoModelError):
        here = OnnxEmbedder(deployed, device=device)
        if here.manifest.id == model:
            return here
    place = Published(bucket(), model)
    try:
        found = OnnxEmbedder(place, device=device)
    except NoModelError as error:
        message = f"The model {model} is neither in {deployed} nor published."
        raise ConfigurationError(message) from error
    if found.manifest.id != model:
        message = f"{place} calls itself {found.manifest.id}."
        raise ConfigurationError(message)
    return found


def publish(folder: Path, model: str, bucket: Bucket) -> Iterator[str]:
    """Publish the model in ``folder`` as ``model``, its manifest last; yields the name of each file it wrote.

    Done again it writes what is missing. What is said of pictures, and which graph serves queries, may change
    under the same version; what vectors come of may not.

    Raises:
        ConfigurationError: There is no valid model in ``folder``, or it is another one, or what is published
            under that name is no valid model.
        ConflictError: That version is published with other graphs, or somebody else just published one.
        UnavailableError: The bucket does not answer.
    """
    own, place = ModelFolder(folder), Published(bucket, model)
    if own.manifest.id != model:
        message = f"The model in {folder} is {own.manifest.id}."
        raise ConfigurationError(message)
    before: ModelFolder | None = None
    with suppress(NoModelError):
        before = ModelFolder(place)
    if before and _vectors_come_of(before) != _vectors_come_of(own):
        message = f"{model} is published with other graphs, which made vectors: give these another version."
        raise ConflictError(message)
    for name, sha256 in sorted(own.files.items()):
        if not place.has(name, sha256):
            place.write(name, own.read(name), sha256)
            yield name
    if before is None or before.written != own.written:
        place.write(MANIFEST, own.written, first=before is None)
        yield MANIFEST


def _vectors_come_of(model: ModelFolder) -> tuple[object, ...]:
    manifest = model.manifest
    graphs = {name: sha256 for name, sha256 in model.files.items() if name != HEADS}
    return graphs, manifest.image_size_px, manifest.resampling
