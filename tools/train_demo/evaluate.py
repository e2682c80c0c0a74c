"""Measures the shipped model on scenes it has never seen, through embedder and index in process.

    .venv/bin/python -m tools.train_demo.evaluate

The measure is P@5: of the five best finds for a query, the share that is of the query's own kind. Queries
are captions of further scenes, which are not in the index, so that no picture is found by its own words.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from lumenstock.adapters.embedded.index import EmbeddedIndex
from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from lumenstock.embedding.model import Embedder, to_f16
from lumenstock.embedding.preprocess import squared
from lumenstock.kernel.ids import ImageId, new_ulid
from lumenstock.search.document import Document
from lumenstock.search.ports import IndexQuery, QueryVector, SearchIndex
from tools.scenes import Scene, scene
from tools.train_demo import MODEL_FOLDER
from tools.train_demo.unseen import UNSEEN_QUERIES

HELD_OUT_SEEDS = range(9_000_000, 9_001_000)
QUERY_SEEDS = range(9_100_000, 9_101_000)
FINDS = 5
_BATCH = 32
_WORST_SHOWN = 8
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured; all shares are in [0, 1].

    Attributes:
        precision: P@5 of captions.
        by_kind: P@5 of the captions of each kind, worst first.
        unseen: P@5 of each query in words that no caption has.
        embed_image_ms: CPU of one picture, without decoding it; ``embed_text_ms`` is of one caption.
    """

    precision: float
    by_kind: Mapping[str, float]
    unseen: Mapping[str, float]
    embed_image_ms: float
    embed_text_ms: float


def evaluate(
    embedder: Embedder, index: SearchIndex, held_out: Sequence[int], queries: Sequence[int]
) -> Report:
    """Fill ``index`` with the scenes of ``held_out`` and ask it for those of ``queries``.

    Args:
        embedder: The model.
        index: An empty index.
        held_out: Seeds of the pictures, as wide as the smallest derivative.
        queries: Seeds of the scenes whose captions are the queries.
    """
    kinds: dict[ImageId, str] = {}
    image_s = 0.0
    for batch in _batches(held_out):
        scenes = [scene(seed, 300, 225) for seed in batch]
        started = time.process_time()
        squares = [squared(np.asarray(made.picture), embedder.manifest.image_size_px) for made in scenes]
        vectors = to_f16(embedder.encode_images(np.stack(squares)))
        image_s += time.process_time() - started
        documents = [_document(made, vector, embedder) for made, vector in zip(scenes, vectors, strict=True)]
        index.write(documents)
        kinds |= {document.id: made.kind for document, made in zip(documents, scenes, strict=True)}
    asked = [(made.caption, made.kind) for made in (scene(seed, 64, 48) for seed in queries)]
    started = time.process_time()
    for caption, _ in asked:
        embedder.encode_texts([caption])
    text_s = time.process_time() - started
    shares = defaultdict(list)
    for caption, kind in asked:
        shares[kind].append(_precision(embedder, index, kinds, caption, (kind,)))
    by_kind = {kind: float(np.mean(of_kind)) for kind, of_kind in shares.items()}
    return Report(
        precision=float(np.mean([share for of_kind in shares.values() for share in of_kind])),
        by_kind=dict(sorted(by_kind.items(), key=lambda entry: entry[1])),
        unseen={
            query: _precision(embedder, index, kinds, query, right) for query, right in UNSEEN_QUERIES.items()
        },
        embed_image_ms=image_s / len(held_out) * 1000,
        embed_text_ms=text_s / len(asked) * 1000,
    )


def _precision(
    embedder: Embedder, index: SearchIndex, kinds: Mapping[ImageId, str], text: str, right: Sequence[str]
) -> float:
    (values,) = embedder.encode_texts([text])
    answer = index.query(IndexQuery(vector=QueryVector(embedder.manifest.id, values), window=FINDS))
    return float(np.mean([kinds[hit.id] in right for hit in answer.vector]))


def _document(made: Scene, vector_f16: bytes, embedder: Embedder) -> Document:
    image_id = ImageId(new_ulid(_NOW))
    return Document(
        id=image_id,
        version=1,
        title=made.caption,
        description="",
        tags=made.tags,
        categories=(made.category,),
        orientation="landscape",
        colors=(),
        contributor_id="generator",
        contributor_name="Generator",
        width_px=made.picture.width,
        height_px=made.picture.height,
        created_at_s=int(_NOW.timestamp()),
        thumbnail=f"{image_id}/300.webp",
        preview=f"{image_id}/preview.webp",
        model=embedder.manifest.id,
        vector_f16=vector_f16,
    )


def _batches(seeds: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(seeds), _BATCH):
        yield seeds[start : start + _BATCH]


def main() -> None:
    """Print the table."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    embedder = OnnxEmbedder(MODEL_FOLDER)
    # tantivy's own thread may touch its lock file while the folder goes.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        report = evaluate(embedder, EmbeddedIndex(Path(folder)), HELD_OUT_SEEDS, QUERY_SEEDS)
    unseen = list(report.unseen.values())
    print(f"model {embedder.manifest.id}, {len(HELD_OUT_SEEDS)} held-out scenes, {len(QUERY_SEEDS)} captions")
    print(f"  scene P@5                  {report.precision:.3f}")
    print(f"  words never seen, P@5      {np.mean(unseen):.3f}  ({len(unseen)} queries)")
    print(f"  one picture, CPU ms        {report.embed_image_ms:.2f}")
    print(f"  one text, CPU ms           {report.embed_text_ms:.2f}")
    print("  hardest kinds              " + _listed(report.by_kind))
    print("  hardest unseen words       " + _listed(dict(sorted(report.unseen.items(), key=lambda e: e[1]))))


def _listed(shares: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {share:.2f}" for name, share in list(shares.items())[:_WORST_SHOWN])


if __name__ == "__main__":
    main()
