"""A dual encoder on ONNX Runtime."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from lumenstock.adapters.onnx.devices import Device, session
from lumenstock.adapters.onnx.folder import TOKENIZER, Files, ModelFolder
from lumenstock.embedding.labels import Head
from lumenstock.embedding.model import ModelManifest, Pixels, Vectors


class OnnxEmbedder:
    """Implements :class:`lumenstock.embedding.model.Embedder`.

    Each graph is loaded when it is first needed: search never loads the image tower.
    """

    def __init__(
        self, folder: Path | Files, queries: str = "", images: str = "", device: Device = "cpu"
    ) -> None:
        """Take the model in ``folder``; its image graph runs on ``device``, on a GPU in halves.

        ``queries`` and ``images`` name graphs other than those that serve.

        Raises:
            ConfigurationError: There is none. A file that does not match the manifest is noticed when it
                is first needed.
        """
        self._folder = ModelFolder(folder)
        self._queries = queries or self._folder.queries
        self._images = images or self._folder.images(halves=device == "gpu")
        self._device = device

    @property
    def manifest(self) -> ModelManifest:
        """See the protocol."""
        return self._folder.manifest

    @cached_property
    def tags(self) -> Head | None:
        """See the protocol."""
        return self._folder.head("tags")

    @cached_property
    def categories(self) -> Head | None:
        """See the protocol."""
        return self._folder.head("categories")

    @cached_property
    def nsfw(self) -> Head | None:
        """See the protocol."""
        return self._folder.head("nsfw")

    @cached_property
    def people(self) -> Head | None:
        """See the protocol."""
        return self._folder.head("people")

    def encode_images(self, pixels: Pixels) -> Vectors:
        """See the protocol."""
        (vectors,) = self._image_graph.run(None, {"pixels": pixels})
        return np.asarray(vectors, np.float32)

    def load_queries(self) -> None:
        """See the protocol."""
        _ = self._tokenizer, self._text_graph

    def encode_texts(self, texts: list[str]) -> Vectors:
        """See the protocol."""
        ids = np.array([entry.ids for entry in self._tokenizer.encode_batch(texts)], np.int64)
        (vectors,) = self._text_graph.run(None, {"ids": ids.reshape(len(texts), -1)})
        return np.asarray(vectors, np.float32)

    def tokens(self, text: str) -> list[int]:
        """What the text graph is given of ``text``, by itself."""
        ids: list[int] = self._tokenizer.encode(text).ids
        return ids

    @cached_property
    def _image_graph(self) -> onnxruntime.InferenceSession:
        return session(self._folder.read(self._images), self._device)

    @cached_property
    def _text_graph(self) -> onnxruntime.InferenceSession:
        return session(self._folder.read(self._queries), "cpu")

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return Tokenizer.from_str(self._folder.read(TOKENIZER).decode())
