"""The search engine that a stage has; each is imported where it is used only."""

from __future__ import annotations

from lumenstock.search.rollout import Place
from lumenstock.search.upkeep import KeptIndex
from lumenstock.settings import Settings


def open_index(wanted: Settings, place: Place) -> KeptIndex:
    """The index in ``place`` of the engine that ``wanted`` names."""
    if wanted.search_engine == "none":
        from lumenstock.adapters.no_search import NoSearch

        return NoSearch()
    if wanted.search_engine == "embedded":
        from lumenstock.adapters.embedded.index import EmbeddedIndex

        first = place is Place.FIRST
        return EmbeddedIndex(wanted.search_dir if first else wanted.search_dir / place.value)
    from lumenstock.adapters.aws.signing import signer_for
    from lumenstock.adapters.opensearch.connection import connect
    from lumenstock.adapters.opensearch.index import COLLECTIONS, OpenSearchIndex
    from lumenstock.adapters.opensearch.mapping import IndexShape, VectorEngine

    address = wanted.require("search_endpoint")
    shape = IndexShape(
        VectorEngine(wanted.search_vectors), shards=wanted.search_shards, replicas=wanted.search_replicas
    )
    return OpenSearchIndex(
        connect(address, signer_for(address)),
        shape,
        name=COLLECTIONS[place],
        visible=wanted.stage == "local",
    )
