"""How large a search domain must be for a number of pictures.

Source: OpenSearch's k-NN documentation for the memory of an HNSW graph; AWS's "Sizing Amazon OpenSearch
Service domains" for storage.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Literal

VectorEngine = Literal["faiss", "lucene"]

DIMENSION = 768  # of the vectors of every model

# Bytes of one dimension in memory: faiss keeps half precision, lucene whole.
_DIMENSION_BYTES: dict[VectorEngine, int] = {"faiss": 2, "lucene": 4}
_LINKS = 16  # of a vector in the graph, HNSW's m; see lumenstock.adapters.opensearch.mapping
_GRAPH_OVERHEAD = 1.1
# Half of a node is Java's heap, and half of the rest, by default, is what graphs may fill.
_SHARE_FOR_VECTORS = 0.25

# 4 kB a picture at 100,000 merged, with lucene; faiss keeps a file of its own beside Lucene's.
_STORED_BYTES = 8_000
# A rebuild holds two indices, and a quarter of a disk is the engine's own: merges, logs, its reserve.
_STORAGE_FACTOR = 2 / 0.75
_SMALLEST_VOLUME_GIB = 10
_SHARD_BYTES = 50e9  # "10 to 50 GB"

_ZONES = 3
# Memory in 10^9 bytes. Larger ones bring no more: heap ends at 32 GB, so more nodes follow.
_SINGLE = {"t3.small.search": 2, "t3.medium.search": 4}
_NODES = {
    "r8g.large.search": 16,
    "r8g.xlarge.search": 32,
    "r8g.2xlarge.search": 64,
    "r8g.4xlarge.search": 128,
}
_MASTER = "m8g.large.search"


@dataclass(frozen=True, slots=True)
class Cluster:
    """One search domain.

    Attributes:
        masters: Nodes that only keep the cluster together; 0 where there is no copy to lose.
        volume_gib: Disk of each data node.
        shards: Parts of the index.
    """

    instance_type: str
    data_nodes: int
    master_type: str | None
    masters: int
    volume_gib: int
    shards: int


def vector_bytes(documents: int, dimension: int, engine: VectorEngine, replicas: int) -> float:
    """Memory of the graph in all copies: ``1.1 · (bytes · dimension + 8 · m) · n · (1 + replicas)``."""
    one = _DIMENSION_BYTES[engine] * dimension + 8 * _LINKS
    return _GRAPH_OVERHEAD * one * documents * (1 + replicas)


def cluster_for(documents: int, dimension: int, engine: VectorEngine, replicas: int) -> Cluster:
    """The smallest domain that keeps the vectors of ``documents`` pictures in memory.

    With a copy beside the first it spans three zones, a third of the nodes in each. Without one it is a
    single node, of the cheap kind where that holds it.

    Args:
        documents: Pictures to be found.
        dimension: Of their vectors.
        engine: What searches them.
        replicas: Copies beside the first.

    Raises:
        ValueError: There are more copies than zones.
    """
    if replicas >= _ZONES:
        message = f"{replicas} replicas need {replicas + 1} zones; a domain has {_ZONES}."
        raise ValueError(message)
    needed = vector_bytes(documents, dimension, engine, replicas)
    step = _ZONES if replicas else 1
    kinds = _NODES if replicas else _SINGLE | _NODES
    instance_type, data_nodes = _smallest(kinds, needed, step)
    stored = _STORED_BYTES * documents
    volume = stored * (1 + replicas) * _STORAGE_FACTOR / data_nodes / 2**30
    return Cluster(
        instance_type=instance_type,
        data_nodes=data_nodes,
        master_type=_MASTER if replicas else None,
        masters=_ZONES if replicas else 0,
        volume_gib=max(_SMALLEST_VOLUME_GIB, ceil(volume / 10) * 10),
        shards=max(1, ceil(stored / _SHARD_BYTES)),
    )


def _smallest(kinds: dict[str, int], needed: float, step: int) -> tuple[str, int]:
    """The first kind of which ``step`` nodes hold it; else as many of the largest as it takes."""
    for kind, memory in kinds.items():
        if step * memory * 1e9 * _SHARE_FOR_VECTORS >= needed:
            return kind, step
    largest = max(kinds, key=lambda kind: kinds[kind])
    each = kinds[largest] * 1e9 * _SHARE_FOR_VECTORS
    return largest, ceil(needed / each / step) * step
