"""What an OpenSearch index is made with: analysis, fields, and how its vectors are searched."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lumenstock.search.document import EMBEDDING_DIM
from lumenstock.search.relevance import FIELD_WEIGHTS

Body = dict[str, Any]

EXACT = "exact"  # below a text, its words as they are written
WRITTEN = "written"  # all words of a document as they are written

_LONGEST_WORD = 99  # longer runs of letters and digits are not words
# Java's regular expressions; `lumenstock.adapters.opensearch.words` cuts a query by the same rule.
_BETWEEN_WORDS = r"[^\p{L}\p{N}]+"

_KEPT = {"type": "keyword", "index": False, "doc_values": False}  # comes back with the document, no more
_TERM = {"type": "keyword"}


class VectorEngine(StrEnum):
    """What searches the vectors inside OpenSearch."""

    FAISS = "faiss"
    LUCENE = "lucene"


@dataclass(frozen=True, slots=True)
class IndexShape:
    """What differs between one deployment's indices and another's.

    Attributes:
        engine: ``faiss`` holds vectors in half precision, half of the memory; ``lucene`` needs no native
            library, which the plugin from Maven Central lacks.
        shards: Parts of an index; one holds about 50 GB well, so 5M pictures.
        replicas: Copies beside the first; each one's node may be lost.
    """

    engine: VectorEngine = VectorEngine.LUCENE
    shards: int = 1
    replicas: int = 0


def index_body(shape: IndexShape) -> Body:
    """Settings and mappings of a new index."""
    return {
        "settings": {
            "index": {
                "knn": True,
                "number_of_shards": shape.shards,
                "number_of_replicas": shape.replicas,
            },
            "analysis": _analysis(),
        },
        "mappings": {
            "dynamic": "strict",
            # The bytes of the vector are in the field beside it, at a quarter of the size; the others follow
            # from what is kept.
            "_source": {"excludes": ["vector", "contributor", "suggestion"]},
            "properties": _fields(shape.engine),
        },
    }


def method(engine: VectorEngine) -> Body:
    """How vectors are searched: the one block of an index that depends on the engine.

    16 neighbours, and 128 candidates while building, found the true 10 nearest of 100,000 every time.
    """
    parameters: Body = {"m": 16, "ef_construction": 128}
    if engine is VectorEngine.FAISS:
        parameters["encoder"] = {"name": "sq", "parameters": {"type": "fp16"}}
    return {"name": "hnsw", "engine": engine.value, "parameters": parameters}


def _fields(engine: VectorEngine) -> Body:
    as_written: Body = {"type": "text", "analyzer": "written_words"}
    text = {
        "type": "text",
        "analyzer": "english_words",
        "fields": {EXACT: as_written},  # for phrases and prefixes
        "copy_to": WRITTEN,
    }
    return {
        **dict.fromkeys(FIELD_WEIGHTS, text),
        WRITTEN: as_written | {"index_options": "docs", "norms": False},
        "suggestion": _TERM,
        "id": _TERM,
        "version": {"type": "long", "index": False},
        "removed": {"type": "boolean"},
        "categories": _TERM,
        "orientation": _TERM,
        "colors": _TERM,
        "contributor": _TERM,
        "contributor_id": _KEPT,
        "contributor_name": _KEPT,
        "width_px": {"type": "integer"},
        "height_px": {"type": "integer"},
        "created_at_s": {"type": "long"},
        "thumbnail": _KEPT,
        "preview": _KEPT,
        "likeness": _KEPT,
        "image_type": _TERM,
        "licence_type": _TERM,
        "people": {"type": "integer"},
        "ai_generated": {"type": "boolean"},
        "popularity": {"type": "long"},
        "premium": {"type": "boolean"},
        "trending": {"type": "double"},
        "model": _TERM,
        "vector_f16": {"type": "binary"},
        "miniature": {"type": "binary"},
        "vector": {
            "type": "knn_vector",
            "dimension": EMBEDDING_DIM,
            "space_type": "cosinesimil",
            "method": method(engine),
        },
    }


def _analysis() -> Body:
    folding = ["short_enough", "lowercase", "asciifolding"]
    return {
        "tokenizer": {"runs": {"type": "pattern", "pattern": _BETWEEN_WORDS}},
        "filter": {
            "short_enough": {"type": "length", "max": _LONGEST_WORD},
            "english_stop": {"type": "stop", "stopwords": "_english_"},
            "porter2": {"type": "stemmer", "language": "porter2"},
        },
        "analyzer": {
            "written_words": {"type": "custom", "tokenizer": "runs", "filter": folding},
            "english_words": {
                "type": "custom",
                "tokenizer": "runs",
                "filter": [*folding, "english_stop", "porter2"],
            },
        },
    }
