"""From a fetched checkpoint to a model's folder: graphs, tokenizer, heads, and a manifest of all."""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from encoders.catalogue import Recipe
from encoders.checkpoint import Checkpoint
from encoders.graph import Precision
from encoders.heads import save_heads, zero_shot
from encoders.lock import digest
from encoders.towers import image_graph, text_graph
from encoders.vocabulary import Vocabulary
from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from lumenstock.adapters.onnx.folder import (
    HEADS,
    IMAGE_GRAPH,
    IMAGE_GRAPH_FP16,
    MANIFEST,
    TEXT_GRAPH,
    TEXT_GRAPH_INT8,
    TOKENIZER,
    ManifestFile,
)
from lumenstock.embedding.model import Resampling

_MOST_SHARP = 100.0  # where CLIP's training held it

_GRAPHS = {
    TEXT_GRAPH: (text_graph, Precision.FP32),
    TEXT_GRAPH_INT8: (text_graph, Precision.INT8),
    IMAGE_GRAPH: (image_graph, Precision.FP32),
    IMAGE_GRAPH_FP16: (image_graph, Precision.FP16),
}


def export(
    recipe: Recipe, source: Path, target: Path, vocabulary: Vocabulary, say: Callable[[str], None]
) -> None:
    """Make the model of ``recipe`` from a checkpoint; what is in ``target`` is replaced when all is done.

    Queries are served by the fp32 graph until an evaluation lets int8.

    Args:
        recipe: What the model is called and what must be said of it.
        source: The checkpoint.
        target: The model's folder.
        vocabulary: What the model may say of a picture.
        say: Told each step.

    Raises:
        CheckpointError: The checkpoint is not whole, or of another architecture.
    """
    checkpoint = Checkpoint.open(source)
    made = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    try:
        checkpoint.tokenizer().save(str(made / TOKENIZER), pretty=False)
        for name, (graph, precision) in _GRAPHS.items():
            say(f"{name}: {precision} graph")
            (made / name).write_bytes(graph(checkpoint, precision))
        say(f"{HEADS}: {len(vocabulary.tags):,} terms, {len(vocabulary.categories)} categories")
        _write_manifest(recipe, checkpoint, made, frozenset())
        embedder = OnnxEmbedder(made)
        sharpness = min(math.exp(float(checkpoint.weight("logit_scale"))), _MOST_SHARP)
        heads = {"tags": vocabulary.tags, "categories": vocabulary.categories}
        rows = {
            name: zero_shot(embedder, prompts, vocabulary.neutral, sharpness)
            for name, prompts in heads.items()
        }
        save_heads(made / HEADS, rows)
        (made / "NOTICE").write_text(f"{recipe.notice}\n\n{recipe.licence}\n", encoding="utf-8")
        _write_manifest(recipe, checkpoint, made, frozenset(heads))
        shutil.rmtree(target, ignore_errors=True)
        made.rename(target)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def write_manifest(folder: Path, manifest: ManifestFile) -> None:
    """Write a model's manifest in one step."""
    fresh = folder / f"{MANIFEST}.{os.getpid()}"
    told = manifest.model_dump(mode="json") | {"knows": sorted(manifest.knows)}
    fresh.write_text(f"{json.dumps(told, indent=2)}\n", encoding="utf-8")
    fresh.replace(folder / MANIFEST)


def _write_manifest(recipe: Recipe, checkpoint: Checkpoint, folder: Path, knows: frozenset[str]) -> None:
    files = {name: found.sha256 for name in (*_GRAPHS, TOKENIZER, HEADS) if (found := digest(folder / name))}
    manifest = ManifestFile(
        name=recipe.name,
        version=recipe.version,
        notice=recipe.notice,
        licence=recipe.licence,
        image_size_px=checkpoint.config.vision_config.image_size,
        resampling=Resampling.BICUBIC,
        visual_weight=recipe.visual_weight,
        knows=knows,
        files=files,
        source=recipe.source,
    )
    write_manifest(folder, manifest)
