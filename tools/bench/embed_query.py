"""Encoding a query of five words by CLIP ViT-L/14 on one thread: seven tokens, not 77.

The weights are random: they take as long as real ones. The figure is CPU time, which on an idle core is the
time that a query takes, in the quietest of ten rounds: 340 MB of weights come from memory for each query, and
whoever else is on the machine uses the same memory. What a short query costs in accuracy is measured, too,
against 77 places.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from encoders.catalogue import RECIPES
from encoders.checkpoint import Checkpoint
from encoders.export import write_manifest
from encoders.graph import Precision
from encoders.lock import digest
from encoders.towers import text_graph
from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from lumenstock.adapters.onnx.folder import TEXT_GRAPH, TEXT_GRAPH_INT8, TOKENIZER, ManifestFile
from tools.bench import report
from tools.random_clip import VIT_L_14, write_checkpoint

GRAPHS = {TEXT_GRAPH: Precision.FP32, TEXT_GRAPH_INT8: Precision.INT8}
QUERY, TOKENS = "photo of the red car", 7
PADDED = QUERY + " night" * 200  # is cut at 77
WARM_UP, ROUNDS, QUERIES = 10, 10, 30


def write_model(folder: Path) -> None:
    """The text tower in both precisions; ``folder`` also holds the checkpoint, 500 MB."""
    write_checkpoint(folder / "checkpoint", VIT_L_14, vision=False)
    checkpoint = Checkpoint.open(folder / "checkpoint")
    checkpoint.tokenizer().save(str(folder / TOKENIZER))
    for name, precision in GRAPHS.items():
        (folder / name).write_bytes(text_graph(checkpoint, precision))
    (recipe,) = RECIPES.values()
    files = {name: found.sha256 for name in (*GRAPHS, TOKENIZER) if (found := digest(folder / name))}
    manifest = ManifestFile(
        name=recipe.name,
        version="random",
        notice="Random weights.",
        licence="none",
        image_size_px=VIT_L_14.image_px,
        visual_weight=recipe.visual_weight,
        knows=frozenset(),
        files=files,
    )
    write_manifest(folder, manifest)


def measure(embedder: OnnxEmbedder) -> tuple[float, float]:
    """Median of wall and of CPU milliseconds of one query, tokenizer included, in the quietest round."""
    for _ in range(WARM_UP):
        embedder.encode_texts([QUERY])
    times_ms = np.empty((ROUNDS, QUERIES, 2))
    for number in np.ndindex(ROUNDS, QUERIES):
        wall_s, cpu_s = time.perf_counter(), time.thread_time()
        embedder.encode_texts([QUERY])
        times_ms[number] = (time.perf_counter() - wall_s) * 1000, (time.thread_time() - cpu_s) * 1000
    wall_ms, cpu_ms = np.median(times_ms, axis=1).min(axis=0)
    return float(wall_ms), float(cpu_ms)


def main() -> None:
    """Write the graphs, measure, print."""
    vectors = {}
    with TemporaryDirectory() as folder:
        write_model(Path(folder))
        for name, precision in GRAPHS.items():
            embedder = OnnxEmbedder(Path(folder), queries=name)
            if len(embedder.tokens(QUERY)) != TOKENS:
                raise SystemExit(f"{QUERY!r} is not {TOKENS} tokens")
            wall_ms, cpu_ms = measure(embedder)
            print(f"{precision}: p50 {wall_ms:.2f} ms, CPU {cpu_ms:.2f} ms a query", file=sys.stderr)
            report(f"embed.query.{precision}.p50_ms", round(cpu_ms, 2), "CPU ms")
            # With a text of 77 tokens in the batch, the short one is padded to 77.
            padded = embedder.encode_texts([QUERY, PADDED])[0]
            vectors[precision] = embedder.encode_texts([QUERY])[0]
            near = float(vectors[precision] @ padded)
            print(f"{precision}: cosine of 7 and 77 tokens {near:.7f}", file=sys.stderr)
    near = float(vectors[Precision.FP32] @ vectors[Precision.INT8])
    print(f"cosine of int8 and fp32 {near:.5f} (random weights: kinder than real ones)", file=sys.stderr)


if __name__ == "__main__":
    main()
