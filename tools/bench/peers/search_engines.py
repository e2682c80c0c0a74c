"""Other engines for one machine, asked the same hybrid questions: ``search_engines.py ENGINE FOLDER``.

Each takes the 100 best by words and the 100 nearest vectors among what the filters leave, and fuses both by
reciprocal ranks. What the folder holds is written by :mod:`tools.bench.search_peers`. Printed: milliseconds
of each question, CPU time, and the first ten. Runs in an environment of its own, without the product.
"""

from __future__ import annotations

import json
import re
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

WINDOW, RRF_K = 100, 60
WARM_UP = 50  # as tools.bench.search.timed

Vectors = NDArray[np.float32]
Fields = dict[str, Any]
Ask = Callable[[str, Vectors, Fields], list[int]]

KINDS = ("category", "orientation")


def sqlite(documents: list[Fields], vectors: Vectors, _: Path) -> Ask:
    """FTS5 for the words, a product of matrices for the vectors."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE words USING fts5(title, tags, description)")
    rows = ((at, one["title"], one["tags"], one["description"]) for at, one in enumerate(documents))
    database.executemany("INSERT INTO words(rowid, title, tags, description) VALUES (?, ?, ?, ?)", rows)
    columns = {name: np.array([one[name] for one in documents]) for name in (*KINDS, "width_px")}

    def ask(text: str, vector: Vectors, filters: Fields) -> list[int]:
        passing = np.ones(len(documents), dtype=bool)
        for name in KINDS:
            if filters.get(name):
                passing &= columns[name] == filters[name]
        passing &= columns["width_px"] >= filters.get("min_width_px", 0)
        query = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY bm25(words, 10, 5, 1)"
        found = (row[0] for row in database.execute(query, (" OR ".join(text.split()),)))
        by_words = [at for at in found if passing[at]][:WINDOW]
        near = np.where(passing, vectors @ vector, -np.inf)
        window = min(WINDOW, int(passing.sum()))
        nearest = np.argpartition(-near, window - 1)[:window] if window else np.array([], dtype=int)
        return fused(by_words, nearest[np.argsort(-near[nearest])].tolist())

    return ask


def lancedb(documents: list[Fields], vectors: Vectors, folder: Path) -> Ask:
    """Its hybrid search: full text, exact vectors, filters first."""
    import lancedb as lance
    from lancedb.rerankers import RRFReranker

    rows = [
        {
            "at": at,
            "vector": vectors[at],
            "text": f"{one['title']} {one['tags']} {one['description']}",
            **{name: one[name] for name in (*KINDS, "width_px")},
        }
        for at, one in enumerate(documents)
    ]
    table = lance.connect(folder).create_table("documents", rows)
    table.create_fts_index("text")
    reranker = RRFReranker(RRF_K)

    def ask(text: str, vector: Vectors, filters: Fields) -> list[int]:
        search = table.search(query_type="hybrid", fts_columns="text").vector(vector).text(text)
        conditions = [f"{name} = '{filters[name]}'" for name in KINDS if filters.get(name)]
        if filters.get("min_width_px"):
            conditions.append(f"width_px >= {filters['min_width_px']}")
        if conditions:
            search = search.where(" AND ".join(conditions), prefilter=True)
        found = search.distance_type("dot").limit(WINDOW).rerank(reranker).select(["at"]).to_arrow()
        return list(found["at"].to_pylist()[:10])

    return ask


def qdrant(documents: list[Fields], vectors: Vectors, _: Path) -> Ask:
    """Its local mode: dense vectors, words as sparse ones weighted by rarity, its own fusion."""
    from qdrant_client import QdrantClient, models

    client = QdrantClient(":memory:")
    client.create_collection(
        "documents",
        vectors_config={"vector": models.VectorParams(size=vectors.shape[1], distance=models.Distance.DOT)},
        sparse_vectors_config={"words": models.SparseVectorParams(modifier=models.Modifier.IDF)},
    )
    client.upload_points(
        "documents",
        [
            models.PointStruct(
                id=at,
                vector={"vector": vectors[at].tolist(), "words": models.SparseVector(**sparse(one))},
                payload={name: one[name] for name in (*KINDS, "width_px")},
            )
            for at, one in enumerate(documents)
        ],
    )

    def ask(text: str, vector: Vectors, filters: Fields) -> list[int]:
        must: list[Any] = [
            models.FieldCondition(key=name, match=models.MatchValue(value=filters[name]))
            for name in KINDS
            if filters.get(name)
        ]
        if filters.get("min_width_px"):
            must.append(
                models.FieldCondition(key="width_px", range=models.Range(gte=filters["min_width_px"]))
            )
        passing = models.Filter(must=must) if must else None
        legs = [
            models.Prefetch(query=vector.tolist(), using="vector", limit=WINDOW, filter=passing),
            models.Prefetch(
                query=models.SparseVector(**sparse({"": text})), using="words", limit=WINDOW, filter=passing
            ),
        ]
        fusion = models.FusionQuery(fusion=models.Fusion.RRF)
        found = client.query_points("documents", prefetch=legs, query=fusion, limit=10)
        return [int(point.id) for point in found.points]

    return ask


ENGINES = {"sqlite": sqlite, "lancedb": lancedb, "qdrant": qdrant}
WEIGHTS = {"title": 10.0, "tags": 5.0, "description": 1.0, "": 1.0}


def sparse(texts: Fields) -> dict[str, list[Any]]:
    """Words as a sparse vector: the number of each, and its weight."""
    weights: dict[int, float] = {}
    for name, weight in WEIGHTS.items():
        for word in re.findall(r"\d+", str(texts.get(name, ""))):
            weights[int(word)] = weights.get(int(word), 0.0) + weight
    return {"indices": list(weights), "values": list(weights.values())}


def fused(*legs: list[int]) -> list[int]:
    """The first ten by reciprocal ranks."""
    scores: dict[int, float] = {}
    for leg in legs:
        for rank, at in enumerate(leg, 1):
            scores[at] = scores.get(at, 0.0) + 1 / (RRF_K + rank)
    return sorted(scores, key=lambda at: -scores[at])[:10]


def main(engine: str, folder: Path) -> None:
    """Fill, ask, print."""
    documents = json.loads((folder / "documents.json").read_text())
    questions = json.loads((folder / "questions.json").read_text())
    near = np.load(folder / "near.npy")
    with TemporaryDirectory() as scratch:
        ask = ENGINES[engine](documents, np.load(folder / "vectors.npy"), Path(scratch))
        each_ms, first = [], []
        asked = [(one["text"], near[at], one["filters"]) for at, one in enumerate(questions)]
        for one in asked[:WARM_UP]:
            ask(*one)
        cpu_s = time.process_time()
        for one in asked:
            started = time.perf_counter()
            first.append(ask(*one))
            each_ms.append((time.perf_counter() - started) * 1000)
        cpu_s = time.process_time() - cpu_s
    json.dump({"each_ms": each_ms, "cpu_ms": cpu_s / len(asked) * 1000, "first": first}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
