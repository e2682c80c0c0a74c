"""The embedded index under hybrid queries with three facets: words, vectors, fusion and the page's documents.

Encoding the words is left out: it is the model's figure, not the index's.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from lumenstock.adapters.embedded.index import EmbeddedIndex
from lumenstock.embedding.labels import Head
from lumenstock.embedding.model import ModelManifest, Pixels, Vectors, from_f16, to_f16
from lumenstock.imaging.miniature import LEVELS
from lumenstock.kernel.clock import SystemClock
from lumenstock.kernel.ids import ImageId
from lumenstock.search.colors import BUCKETS
from lumenstock.search.document import EMBEDDING_DIM, Document
from lumenstock.search.model import SearchRequest
from lumenstock.search.ports import Filters, IndexQuery, QueryVector
from lumenstock.search.service import SearchService, Tuning
from tools.bench import report

DOCUMENTS, CLUSTERS, WORDS, CATEGORIES = 10_000, 200, 3000, 24
QUERIES, WARM_UP, RECALL_QUERIES = 1000, 50, 100
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
            miniature=np.random.default_rng(number).bytes(LEVELS),
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

    def load_queries(self) -> None:
        """Nothing is to be loaded."""

    def encode_texts(self, texts: list[str]) -> Vectors:
        """Vectors for texts."""
        return self._take(len(texts))

    def _take(self, count: int) -> Vectors:
        rows = np.arange(self._given, self._given + count) % len(self._vectors)
        self._given += count
        return np.take(self._vectors, rows, axis=0)


@dataclass(frozen=True)
class Times:
    """Milliseconds of calls, and the CPU time of one."""

    each_ms: list[float]
    cpu_ms: float

    @property
    def p99_ms(self) -> float:
        """Of a hundred calls, the second slowest."""
        return round(float(np.percentile(self.each_ms, 99)), 2)


def keep_for_life() -> None:
    """Leave what there is out of later garbage collections, as our functions do after their first answer."""
    gc.collect()
    gc.freeze()


def timed(calls: Iterable[Callable[[], object]]) -> Times:
    """Make ``calls``, the first of which only warm up."""
    calls = list(calls)
    for call in calls[:WARM_UP]:
        call()
    keep_for_life()
    each_ms, cpu_s = [], time.process_time()
    for call in calls:
        started = time.perf_counter()
        call()
        each_ms.append((time.perf_counter() - started) * 1000)
    return Times(each_ms, (time.process_time() - cpu_s) / len(calls) * 1000)


def recalls_at_10(
    index: EmbeddedIndex, documents: list[Document], catalogue: Catalogue
) -> tuple[float, float]:
    """The share of the ten truly nearest that the index finds, without filters and with them.

    The truth is a product of matrices in double precision, filtered by hand.
    """
    every = np.stack([from_f16(document.vector_f16) for document in documents]).astype(np.float64)
    plain: list[float] = []
    filtered: list[float] = []
    for number, query in enumerate(catalogue.vectors(2 * RECALL_QUERIES)):
        filters = catalogue.filters(number)
        shares = plain if filters == Filters() else filtered
        passing = [at for at, document in enumerate(documents) if _passes(document, filters)]
        truth = sorted(passing, key=lambda at, near=every @ query: (-near[at], at))[:10]  # type: ignore[misc] # bound now
        asked = IndexQuery(vector=QueryVector("bench@1", query), filters=filters, window=10)
        found = {hit.id for hit in index.query(asked).vector}
        shares.append(sum(documents[at].id in found for at in truth) / len(truth) if truth else 1.0)
    return sum(plain) / len(plain), sum(filtered) / len(filtered)


def _passes(document: Document, filters: Filters) -> bool:
    return (
        filters.category in {None, *document.categories}
        and filters.orientation in {None, document.orientation}
        and document.width_px >= filters.min_width_px
    )


def measure(count: int, size: str) -> None:
    """Build an index of ``count`` documents and ask it; ``size`` is its name, such as ``10k``."""
    catalogue = Catalogue()
    # tantivy's own thread may touch its lock file while the folder goes.
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        index = EmbeddedIndex(Path(folder))
        documents = catalogue.documents(count)
        started = time.perf_counter()
        index.write(documents)
        print(f"{count} documents indexed in {time.perf_counter() - started:.1f} s", file=sys.stderr)
        model = Prepared(catalogue.vectors(QUERIES))
        # The model's answer is there; only a machine that does other things makes one wait for it.
        service = SearchService(index, lambda: model, SystemClock(), Tuning(encode_deadline_s=10))
        requests = [
            SearchRequest(text=catalogue.text(1 + number % 4), filters=catalogue.filters(number))
            for number in range(QUERIES)
        ]
        searching = timed(partial(service.search, request) for request in requests)
        print(
            f"{size}: p50 {np.percentile(searching.each_ms, 50):.2f} ms, most "
            f"{max(searching.each_ms):.2f} ms, CPU {searching.cpu_ms:.2f} ms a query",
            file=sys.stderr,
        )
        report(f"search.embedded.hybrid_facets.{size}.p99_ms", searching.p99_ms, "ms")
        if count == DOCUMENTS:
            plain, filtered = recalls_at_10(index, documents, catalogue)
            report("search.embedded.recall_at_10", plain, "share")
            report("search.embedded.filtered.recall_at_10", filtered, "share")
            beginnings = [catalogue.text(1)[: 5 + number % 3] for number in range(QUERIES)]
            completing = timed(partial(service.suggest, beginning, 8) for beginning in beginnings)
            report("search.suggest.p99_ms", completing.p99_ms, "ms")
            alike = timed(partial(service.similar, document.id, 20) for document in documents[:QUERIES])
            report("search.similar.p99_ms", alike.p99_ms, "ms")


def main() -> None:
    """Measure 10,000 documents, and 100,000 where ``SIZES`` asks for them (``SIZES="10k 100k"``)."""
    sizes = {"10k": DOCUMENTS, "100k": 10 * DOCUMENTS}
    for size in os.environ.get("SIZES", "10k").split():
        measure(sizes[size], size)


if __name__ == "__main__":
    main()
