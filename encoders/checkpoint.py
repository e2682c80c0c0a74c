"""A CLIP checkpoint as the hub keeps it: configuration, preprocessing, tokenizer and weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, ValidationError
from safetensors import SafetensorError, safe_open
from tokenizers import Tokenizer

from encoders.errors import CheckpointError
from lumenstock.embedding.model import DIM

CONFIG, PREPROCESSING, TOKENIZER, WEIGHTS = (
    "config.json",
    "preprocessor_config.json",
    "tokenizer.json",
    "model.safetensors",
)
FILES = (CONFIG, PREPROCESSING, TOKENIZER, WEIGHTS)

Floats = NDArray[np.float32]

# The published checkpoints say 2 and mean "the highest id of the row"; later ones name the id.
_HIGHEST_ID = 2


class TowerConfig(BaseModel):
    """The shape of one transformer."""

    hidden_size: int = Field(gt=0)
    intermediate_size: int = Field(gt=0)
    num_attention_heads: int = Field(gt=0)
    num_hidden_layers: int = Field(gt=0)
    hidden_act: Literal["quick_gelu"] = "quick_gelu"
    layer_norm_eps: float = 1e-5


class TextConfig(TowerConfig):
    """The text tower; ``eos_token_id`` ends a text, and its place holds what the text means."""

    vocab_size: int = 49_408
    max_position_embeddings: int = 77
    eos_token_id: int = _HIGHEST_ID

    @property
    def end_id(self) -> int:
        """The token at whose place the text's vector is read."""
        return self.vocab_size - 1 if self.eos_token_id == _HIGHEST_ID else self.eos_token_id


class VisionConfig(TowerConfig):
    """The image tower; ``image_size`` and ``patch_size`` are in pixels."""

    image_size: int = Field(default=224, gt=0)
    patch_size: int = Field(gt=0)


class ClipConfig(BaseModel):
    """``config.json``, as far as the towers depend on it."""

    model_type: Literal["clip"]
    projection_dim: int
    text_config: TextConfig
    vision_config: VisionConfig


class Preprocessing(BaseModel):
    """``preprocessor_config.json``: bicubic to the short side, the middle, ``(x/255 - mean)/std``."""

    image_mean: tuple[float, float, float]
    image_std: tuple[float, float, float]
    resample: Literal[3] = 3


class Checkpoint:
    """Reads a checkpoint's files; weights one by one, as they are needed."""

    def __init__(self, folder: Path, config: ClipConfig, preprocessing: Preprocessing) -> None:
        """Made by :meth:`open`."""
        self.config = config
        self.preprocessing = preprocessing
        self._folder = folder
        opened: Any = safe_open(folder / WEIGHTS, framework="numpy")
        self._weights = opened
        self._names = frozenset(self._weights.keys())

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The checkpoint in ``folder``.

        Raises:
            CheckpointError: Files are missing or unreadable, or it is not CLIP with 768 dimensions.
        """
        try:
            config = ClipConfig.model_validate_json((folder / CONFIG).read_bytes())
            preprocessing = Preprocessing.model_validate_json((folder / PREPROCESSING).read_bytes())
            opened = cls(folder, config, preprocessing)
        except (OSError, SafetensorError) as error:
            message = f"{folder} holds no whole checkpoint: {error}."
            raise CheckpointError(message) from error
        except ValidationError as error:
            message = f"{folder} holds no CLIP checkpoint: {_first(error)}."
            raise CheckpointError(message) from error
        if config.projection_dim != DIM:
            message = f"The checkpoint has {config.projection_dim} dimensions; the index has {DIM}."
            raise CheckpointError(message)
        return opened

    def weight(self, name: str) -> Floats:
        """One tensor as float32.

        Raises:
            CheckpointError: There is none of that name, or it holds what is not a number.
        """
        if name not in self._names:
            message = f"The checkpoint has no weights named {name}."
            raise CheckpointError(message)
        values = np.asarray(self._weights.get_tensor(name), np.float32)
        if not np.isfinite(values).all():
            message = f"The weights named {name} are not all numbers."
            raise CheckpointError(message)
        return values

    def linear(self, name: str) -> tuple[Floats, Floats]:
        """Weights ``float32[in, out]`` and bias ``float32[out]`` of a layer."""
        return self.weight(f"{name}.weight").T, self.weight(f"{name}.bias")

    def tokenizer(self) -> Tokenizer:
        """The checkpoint's tokenizer, cutting at the longest text and padding to the longest of a batch.

        Padding repeats the end: a causal tower reads a text's vector at its first end, so what follows cannot
        change it.

        Raises:
            CheckpointError: It does not put a text between beginning and end.
        """
        try:
            found = Tokenizer.from_str((self._folder / TOKENIZER).read_text(encoding="utf-8"))
        except Exception as error:  # the library raises Exception itself
            message = f"{self._folder / TOKENIZER} is no tokenizer: {error}."
            raise CheckpointError(message) from error
        text = self.config.text_config
        frame = found.encode("").ids
        if len(frame) != 2 or frame[1] != text.end_id:  # noqa: PLR2004 - beginning and end
            message = f"The tokenizer frames a text by {frame}; the text tower ends at {text.end_id}."
            raise CheckpointError(message)
        found.enable_truncation(text.max_position_embeddings)
        found.enable_padding(pad_id=text.end_id, pad_token=found.id_to_token(text.end_id))
        return found


def _first(error: ValidationError) -> str:
    fault = error.errors(include_url=False)[0]
    return f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
