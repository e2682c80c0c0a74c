"""A real OpenSearch: both legs of a question and its facets, against its own plain k-NN search.

Each question goes to both in turn, from this process to an engine on this machine, which is warm and whose
index is merged. The plain search names the 100 nearest and nothing else. Needs a JDK and Maven, as
``make test-opensearch`` does.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from opensearchpy import OpenSearch

from lumenstock.adapters.opensearch.connection import connect
from lumenstock.adapters.opensearch.index import OpenSearchIndex
from lumenstock.adapters.opensearch.mapping import IndexShape
from lumenstock.embedding.model import Vectors
from lumenstock.search.ports import IndexQuery, QueryVector
from tools.bench import report
from tools.bench.search import DOCUMENTS, QUERIES, WARM_UP, Catalogue, keep_for_life
from tools.maven import NotAvailableError
from tools.opensearch import server

NAME, WINDOW = "bench", 100

Milliseconds = NDArray[np.float64]


def plain(client: OpenSearch, vector: Vectors) -> None:
    """The nearest, by name."""
    nearest = {"knn": {"vector": {"vector": vector.tolist(), "k": WINDOW}}}
    client.search(index=f"{NAME}-read", body={"size": WINDOW, "_source": False, "query": nearest})


def timed_ms(ask: Callable[[], object]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    ask()
    return (time.perf_counter() - started) * 1000


def times_ms(client: OpenSearch, index: OpenSearchIndex, catalogue: Catalogue) -> Iterator[list[float]]:
    """Milliseconds of each question: hybrid, hybrid with filters, and plain."""
    for number, vector in enumerate(catalogue.vectors(QUERIES)):
        text, near = catalogue.text(1 + number % 4), QueryVector("bench@1", vector)
        wide = IndexQuery(text=text, vector=near, window=WINDOW)
        narrow = replace(wide, filters=catalogue.filters(2 * number + 1))
        asks = (partial(index.query, wide), partial(index.query, narrow), partial(plain, client, vector))
        yield [timed_ms(ask) for ask in asks]


@contextmanager
def filled(catalogue: Catalogue) -> Iterator[tuple[str, OpenSearch]]:
    """An engine made for speed with a merged index of the documents: its address, and a client of it.

    Raises:
        NotAvailableError: This machine has no JDK or no Maven.
    """
    with server.running(fast=True) as address:
        client = connect(address)
        opened(client).write(catalogue.documents(DOCUMENTS))
        client.indices.forcemerge(index=f"{NAME}-read", params={"max_num_segments": 1}, request_timeout=600)
        client.indices.refresh(index=f"{NAME}-read")
        try:
            yield address, client
        finally:
            client.indices.delete(index=f"{NAME}-v*")


def opened(client: OpenSearch) -> OpenSearchIndex:
    """The index that :func:`filled` fills."""
    return OpenSearchIndex(client, IndexShape(), name=NAME)


def measured(catalogue: Catalogue) -> Milliseconds:
    """Fill an index and ask it: float[questions, 3], as :func:`times_ms` gives them.

    Raises:
        NotAvailableError: This machine has no JDK or no Maven.
    """
    with filled(catalogue) as (_, client):
        keep_for_life()
        return np.array(list(times_ms(client, opened(client), catalogue)))[WARM_UP:]


def main() -> None:
    """Measure and print; without a JDK and Maven say so."""
    try:
        times = measured(Catalogue())
    except NotAvailableError as missing:
        print(f"not measured: {missing}", file=sys.stderr)
        return
    p99_ms = {}
    for name, column in zip(("hybrid", "filtered", "knn"), times.T, strict=True):
        p50, p95, p99_ms[name] = (round(float(np.percentile(column, share)), 2) for share in (50, 95, 99))
        print(f"{name}: p50 {p50} ms, p95 {p95} ms, p99 {p99_ms[name]} ms", file=sys.stderr)
    report("search.opensearch.hybrid_facets.10k.p99_ms", p99_ms["hybrid"], "ms")
    ratio = round(p99_ms["hybrid"] / p99_ms["knn"], 3)
    report("search.opensearch.hybrid.ratio_to_knn", ratio, "p99 of hybrid / of k-NN")


if __name__ == "__main__":
    main()
