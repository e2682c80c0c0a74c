"""The embedded index under hybrid queries with three facets: words, vectors, fusion and the page's documents.

Encoding the words is left out: it is the model's figure, not the index's.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from lumenstock.adapters.embedded.index import EmbeddedIndex
from lumenstock.embedding.labels import Head
from lumenstock.embedding.model import ModelManifest, Pixels, Vectors, to_f16
from lumenstock.kernel.clock import SystemClock
from lumenstock.kernel.ids import ImageId
from lumenstock.search.colors import BUCKETS
from lumenstock.search.document import EMBEDDING_DIM, Document
from lumenstock.search.model import SearchRequest
from lumenstock.search.ports import Filters
from lumenstock.search.service import SearchService

DOCUMENTS, CLUSTERS, WORDS, CATEGORIES = 10_000, 200, 3000, 24
QUERIES, WARM_UP = 1000, 50
SHAPES = ("landscape", "portrait", "square")


class Catalogue:
    """Generated documents and questions: words by Zipf's law, vectors in clusters."""

    def __init__(self, seed: int = 7) -> None:
        """The same ``seed`` gives the same catalogue."""
        self.rng = np.random.default_rng(seed)
        self.centres = self.rng.standard_normal((CLUSTERS, EMBEDDING_DIM), dtype=np.float32)
        shares = 1 / np.arange(1, WORDS + 1)
        self.shares = shares / shares.sum()

    def text(self, words: int) -> str:
        """``words`` words."""
        return " ".join(f"word{at}" for at in self.rng.choice(WORDS, words, p=self.shares))

    def vectors(self, count: int) -> Vectors:
        """Unit vectors around the centres."""
        found = self.centres[self.rng.integers(0, CLUSTERS, count)]
        found = found + 0.7 * self.rng.standard_normal(found.shape, dtype=np.float32)
        unit: Vectors = found / np.linalg.norm(found, axis=1, keepdims=True)
        return unit

    def documents(self, count: int) -> list[Document]:
        """A catalogue of ``count`` images."""
        vectors = to_f16(self.vectors(count))
        return [self._document(number, vectors[number]) for number in range(count)]

    def filters(self, number: int) -> Filters:
        """None for half of the questions; one or two for the others."""
        category = f"category{self.rng.integers(CATEGORIES)}"
        kinds = (
            Filters(),
            Filters(orientation=SHAPES[int(self.rng.integers(3))]),
            Filters(),
            Filters(category=category, min_width_px=3000),
        )
        return kinds[number % len(kinds)]

    def _document(self, number: int, vector: bytes) -> Document:
        colors = self.rng.choice(list(BUCKETS), 3, replace=False)
        return Document(
            id=ImageId(f"{number:026d}"),
            version=1,
            title=self.text(5),
            description=self.text(15),
            tags=tuple(self.text(1) for _ in range(12)),
            categories=(f"category{self.rng.integers(CATEGORIES)}",),
            orientation=SHAPES[int(self.rng.integers(3))],
            colors=tuple(str(color) for color in colors),
            contributor_id=f"contributor{self.rng.integers(500)}",
            contributor_name="Somebody",
            width_px=int(self.rng.integers(1000, 8000)),
            height_px=int(self.rng.integers(1000, 8000)),
            created_at_s=1_700_000_000 + number,
            thumbnail="t",
            preview="p",
            model="bench@1",
            vector_f16=vector,
        )


class Prepared:
    """Gives vectors that were made beforehand."""

    manifest = ModelManifest("bench", "1", 64, 0.5, "none", frozenset())
    tags: Head | None = None
    categories: Head | None = None
    nsfw: Head | None = None
    people: Head | None = None

    def __init__(self, vectors: Vectors) -> None:
        """``vectors`` are given in turn."""
        self._vectors = vectors
        self._given = 0

    def encode_images(self, pixels: Pixels) -> Vectors:
        """Vectors for pictures."""
        return self._take(len(pixels))

    def encode_texts(self, texts: list[str]) -> Vectors:
        """Vectors for texts."""
        return self._take(len(texts))

    def _take(self, count: int) -> Vectors:
        rows = np.arange(self._given, self._given + count) % len(self._vectors)
        self._given += count
        return np.take(self._vectors, rows, axis=0)


def main() -> None:
    """Build, warm up, measure, print."""
    catalogue = Catalogue()
    # tantivy's own thread may touch its lock file while the folder goes.
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        index = EmbeddedIndex(Path(folder))
        started = time.perf_counter()
        index.write(catalogue.documents(DOCUMENTS))
        print(f"{DOCUMENTS} documents indexed in {time.perf_counter() - started:.1f} s", file=sys.stderr)
        model = Prepared(catalogue.vectors(QUERIES))
        service = SearchService(index, lambda: model, SystemClock())
        requests = [
            SearchRequest(text=catalogue.text(1 + number % 4), filters=catalogue.filters(number))
            for number in range(QUERIES)
        ]
        for request in requests[:WARM_UP]:
            service.search(request)
        times_ms, cpu_s = [], time.process_time()
        for request in requests:
            started = time.perf_counter()
            service.search(request)
            times_ms.append((time.perf_counter() - started) * 1000)
        cpu_ms = (time.process_time() - cpu_s) / QUERIES * 1000
    median, most = np.percentile(times_ms, 50), max(times_ms)
    print(f"p50 {median:.2f} ms, most {most:.2f} ms, CPU {cpu_ms:.2f} ms a query", file=sys.stderr)
    figure = {
        "bench": "search.embedded.hybrid_facets.10k.p99_ms",
        "value": round(np.percentile(times_ms, 99), 2),
    }
    print(json.dumps({**figure, "unit": "ms"}))


if __name__ == "__main__":
    main()
