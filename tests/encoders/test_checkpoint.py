from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from encoders.checkpoint import CONFIG, PREPROCESSING, TOKENIZER, WEIGHTS, Checkpoint
from encoders.errors import CheckpointError
from encoders.graph import Precision
from encoders.towers import text_graph


def _edit(file: Path, change: Callable[[dict[str, Any]], object]) -> None:
    read = json.loads(file.read_text())
    change(read)
    file.write_text(json.dumps(read))


@pytest.mark.parametrize("name", [CONFIG, PREPROCESSING, WEIGHTS])
@pytest.mark.parametrize("content", [None, b"", b"{", b"<html>not found</html>"])
def test_a_missing_or_broken_file_is_told(checkpoint: Path, name: str, content: bytes | None) -> None:
    if content is None:
        (checkpoint / name).unlink()
    else:
        (checkpoint / name).write_bytes(content)
    with pytest.raises(CheckpointError, match="holds no"):
        Checkpoint.open(checkpoint)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda config: config.update(model_type="siglip"), "model_type"),
        (lambda config: config.update(projection_dim=512), "512 dimensions; the index has 768"),
        (lambda config: config["text_config"].update(hidden_act="gelu"), "text_config.hidden_act"),
        (lambda config: config["vision_config"].pop("patch_size"), "vision_config.patch_size"),
    ],
    ids=["another architecture", "another dimension", "another activation", "no patch size"],
)
def test_a_checkpoint_that_these_graphs_do_not_fit_is_refused_by_its_field(
    checkpoint: Path, change: Callable[[dict[str, Any]], object], told: str
) -> None:
    _edit(checkpoint / CONFIG, change)
    with pytest.raises(CheckpointError, match=told):
        Checkpoint.open(checkpoint)


def test_pictures_that_were_resampled_otherwise_are_refused(checkpoint: Path) -> None:
    _edit(checkpoint / PREPROCESSING, lambda config: config.update(resample=2))
    with pytest.raises(CheckpointError, match="resample"):
        Checkpoint.open(checkpoint)


def test_missing_weights_are_named(checkpoint: Path) -> None:
    weights = load_file(checkpoint / WEIGHTS)
    del weights["text_model.encoder.layers.1.mlp.fc2.bias"]
    save_file(weights, checkpoint / WEIGHTS)
    with pytest.raises(CheckpointError, match=r"layers\.1\.mlp\.fc2\.bias"):
        text_graph(Checkpoint.open(checkpoint), Precision.FP32)


def test_weights_that_are_no_numbers_are_named(checkpoint: Path) -> None:
    weights = load_file(checkpoint / WEIGHTS)
    weights["text_projection.weight"][0, 0] = np.nan
    save_file(weights, checkpoint / WEIGHTS)
    with pytest.raises(CheckpointError, match="text_projection"):
        text_graph(Checkpoint.open(checkpoint), Precision.FP32)


def test_a_tokenizer_that_ends_texts_otherwise_is_refused(checkpoint: Path) -> None:
    _edit(checkpoint / CONFIG, lambda config: config["text_config"].update(eos_token_id=998))
    with pytest.raises(CheckpointError, match="ends at 998"):
        Checkpoint.open(checkpoint).tokenizer()


def test_a_broken_tokenizer_is_told(checkpoint: Path) -> None:
    (checkpoint / TOKENIZER).write_text("{}")
    with pytest.raises(CheckpointError, match="is no tokenizer"):
        Checkpoint.open(checkpoint).tokenizer()
