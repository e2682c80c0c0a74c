"""A dual encoder on ONNX Runtime."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from lumenstock.adapters.onnx.folder import IMAGE_GRAPH, TOKENIZER, ModelFolder
from lumenstock.embedding.labels import Head
from lumenstock.embedding.model import ModelManifest, Pixels, Vectors

_WARNINGS_AND_WORSE = 3


class OnnxEmbedder:
    """Implements :class:`lumenstock.embedding.model.Embedder`.

    Each graph is loaded when it is first needed: search never loads the image tower.
    """

    def __init__(self, folder: Path, queries: str = "") -> None:
        """Take the model in ``folder``; ``queries`` names a text graph other than the one that serves.

        Raises:
            ConfigurationError: There is none. A file that does not match the manifest is noticed when it
                is first needed.
        """
        self._folder = ModelFolder(folder)
        self._queries = queries or self._folder.queries

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

    def encode_images(self, pixels: Pixels) -> Vectors:
        """See the protocol."""
        (vectors,) = self._image_graph.run(None, {"pixels": pixels})
        return np.asarray(vectors, np.float32)

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
        return _session(self._folder.read(IMAGE_GRAPH))

    @cached_property
    def _text_graph(self) -> onnxruntime.InferenceSession:
        return _session(self._folder.read(self._queries))

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return Tokenizer.from_str(self._folder.read(TOKENIZER).decode())


def _session(graph: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # a function has one core; more threads only spin
    options.inter_op_num_threads = 1
    options.log_severity_level = _WARNINGS_AND_WORSE
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
