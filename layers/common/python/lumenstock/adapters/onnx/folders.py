"""The models of a stage: the one that was deployed, and beside it those that a rollout is about."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lumenstock.adapters.onnx.devices import Device
from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from lumenstock.adapters.onnx.folder import MANIFEST
from lumenstock.embedding.model import Embedder
from lumenstock.kernel.errors import ConfigurationError


def load_model(model: str, folders: Sequence[Path], device: Device) -> Embedder:
    """The model ``name@version`` out of the first of ``folders`` that holds it; with "" that of the first.

    Raises:
        ConfigurationError: None does.
    """
    if not model:
        return OnnxEmbedder(folders[0], device=device)
    for folder in folders:
        if (folder / MANIFEST).is_file():
            found = OnnxEmbedder(folder, device=device)
            if found.manifest.id == model:
                return found
    message = f"None of {', '.join(map(str, folders))} holds the model {model}."
    raise ConfigurationError(message)
