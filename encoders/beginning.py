"""What the text tower makes of the token that every text begins with, and which sees nothing but itself.

In a causal tower that is the same for every text, so it is worked out once, when the graph is written, and a
query goes through the layers by its other tokens only.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from encoders.checkpoint import Checkpoint, Floats

QUICK_GELU = 1.702

_Row = NDArray[np.float64]


def keys_and_values(checkpoint: Checkpoint) -> Iterator[Floats]:
    """Key and value of the beginning, one after the other: ``float32[2 * hidden]`` for each layer.

    Worked out in float64.

    Raises:
        CheckpointError: Weights are missing, or the tokenizer frames no text.
    """
    config = checkpoint.config.text_config
    begin, _ = checkpoint.tokenizer().encode("").ids
    table, positions = (
        checkpoint.weight(f"text_model.embeddings.{name}_embedding.weight") for name in ("token", "position")
    )
    row = table[begin].astype(np.float64) + positions[0]
    for number in range(config.num_hidden_layers):
        layer = f"text_model.encoder.layers.{number}"
        seen = _norm(checkpoint, f"{layer}.layer_norm1", row)
        key, value = (_linear(checkpoint, f"{layer}.self_attn.{part}_proj", seen) for part in "kv")
        yield np.concatenate([key, value]).astype(np.float32)
        row = row + _linear(checkpoint, f"{layer}.self_attn.out_proj", value)
        wide = _linear(checkpoint, f"{layer}.mlp.fc1", _norm(checkpoint, f"{layer}.layer_norm2", row))
        row = row + _linear(checkpoint, f"{layer}.mlp.fc2", wide / (1 + np.exp(-QUICK_GELU * wide)))


def _linear(checkpoint: Checkpoint, name: str, row: _Row) -> _Row:
    weights, bias = checkpoint.linear(name)
    product: _Row = row @ weights + bias
    return product


def _norm(checkpoint: Checkpoint, name: str, row: _Row) -> _Row:
    epsilon = checkpoint.config.text_config.layer_norm_eps
    unit: _Row = (row - row.mean()) / np.sqrt(row.var() + epsilon)
    return unit * checkpoint.weight(f"{name}.weight") + checkpoint.weight(f"{name}.bias")
