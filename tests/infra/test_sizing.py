"""A domain holds the vectors in memory, and two indices on its disks, at the least size that does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.sizing import Cluster, VectorEngine, cluster_for, vector_bytes

MEMORY = {
    "t3.small.search": 2e9,
    "t3.medium.search": 4e9,
    "r8g.large.search": 16e9,
    "r8g.xlarge.search": 32e9,
    "r8g.2xlarge.search": 64e9,
    "r8g.4xlarge.search": 128e9,
}
engines = st.sampled_from(("faiss", "lucene"))


@pytest.mark.parametrize(
    ("documents", "engine", "gigabytes"),
    [
        (5_000_000, "lucene", 17.6),
        (5_000_000, "faiss", 9.2),
        (100_000_000, "lucene", 352),
        (100_000_000, "faiss", 183),
    ],
)
def test_a_graph_takes_what_the_formula_says(documents: int, engine: VectorEngine, gigabytes: float) -> None:
    assert vector_bytes(documents, 768, engine, 0) == pytest.approx(gigabytes * 1e9, rel=0.01)


def test_a_try_out_takes_the_cheapest_node() -> None:
    assert cluster_for(100_000, 768, "faiss", 0) == Cluster("t3.small.search", 1, None, 0, 10, 1)


def test_five_million_pictures_twice_take_three_nodes_of_32_gb() -> None:
    cluster = cluster_for(5_000_000, 768, "faiss", 1)
    assert (cluster.instance_type, cluster.data_nodes, cluster.masters) == ("r8g.xlarge.search", 3, 3)


def test_whole_precision_takes_twice_the_memory() -> None:
    assert cluster_for(5_000_000, 768, "lucene", 1).instance_type == "r8g.2xlarge.search"


def test_past_the_largest_node_come_more_nodes_a_third_in_each_zone() -> None:
    cluster = cluster_for(100_000_000, 768, "faiss", 1)
    assert cluster.instance_type == "r8g.4xlarge.search"
    assert cluster.data_nodes == 12
    assert cluster.shards == 16


def test_more_copies_than_zones_are_refused() -> None:
    with pytest.raises(ValueError, match="4 zones"):
        cluster_for(1000, 768, "faiss", 3)


@given(documents=st.integers(0, 200_000_000), engine=engines, replicas=st.integers(0, 2))
def test_vectors_fit_into_memory_and_two_indices_on_disk(
    documents: int, engine: VectorEngine, replicas: int
) -> None:
    cluster = cluster_for(documents, 768, engine, replicas)
    memory = cluster.data_nodes * MEMORY[cluster.instance_type] / 4
    assert memory >= vector_bytes(documents, 768, engine, replicas)
    assert cluster.data_nodes % 3 == 0 if replicas else cluster.masters == 0
    assert cluster.data_nodes * cluster.volume_gib * 2**30 * 0.75 >= 2 * 8000 * documents * (1 + replicas)


@given(documents=st.integers(0, 100_000_000), engine=engines, replicas=st.integers(0, 2))
def test_more_pictures_never_take_less(documents: int, engine: VectorEngine, replicas: int) -> None:
    def memory(cluster: Cluster) -> float:
        return cluster.data_nodes * MEMORY[cluster.instance_type]

    fewer, more = (cluster_for(count, 768, engine, replicas) for count in (documents, documents + 1_000_000))
    assert memory(fewer) <= memory(more)
