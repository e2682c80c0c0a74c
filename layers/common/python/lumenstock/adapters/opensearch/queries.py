"""The port's questions as OpenSearch queries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from lumenstock.adapters.opensearch.mapping import Body
from lumenstock.adapters.opensearch.words import form_clause, phrase_clause, prefix_clause, words_clause
from lumenstock.kernel.ids import ImageId
from lumenstock.search.ports import Filters, IndexQuery, QueryVector

# Read beyond the last hit asked for, since the engine cuts a run of equal scores where it likes.
TIE_SLACK: Final = 50

_DECIMALS: Final = 8  # half the bytes of what float32 is written with, and 1e-8 of a cosine

EVERYTHING: Final[Body] = {"term": {"removed": False}}


def has_keyword_leg(query: IndexQuery) -> bool:
    """Whether words are asked for, or nothing at all."""
    return query.worded or query.browsing


def keyword_query(query: IndexQuery, excluding: Sequence[ImageId] = ()) -> Body:
    """The keyword leg: what the words find, or every document, of what passes."""
    clauses = passing(query)
    if query.worded:
        clauses["must"] = _words(query)
    if excluding:
        clauses["must_not"].append({"terms": {"id": list(excluding)}})
    return {"bool": clauses}


def named_keyword_query(query: IndexQuery, *, words: str, passes: str) -> Body:
    """The keyword leg of a question with words. Each find of any leg says what it has of it.

    Args:
        query: The question.
        words: Name under which a find with the words says what they score, whether it passes or not.
        passes: Name under which one that passes says so, words or not.
    """
    return {
        "bool": {
            "filter": [{"bool": passing(query) | {"_name": passes}}],
            "must": [{"bool": {"must": _words(query), "_name": words}}],
        }
    }


def vector_query(query: IndexQuery, vector: QueryVector, count: int) -> Body:
    """The ``count`` documents of the vector's model that are nearest to it, in each part of the index."""
    clauses = passing(query)
    clauses["filter"].append({"term": {"model": vector.model}})
    values = np.round(vector.values.astype(np.float64), _DECIMALS).tolist()
    near = {"vector": values, "k": count, "filter": {"bool": clauses}}
    return {"knn": {"vector": near}}


def passing(query: IndexQuery) -> Body:
    """What every find of ``query`` must be, in both legs, as clauses of a ``bool`` query that score 0."""
    return {
        "filter": [
            EVERYTHING,
            *_filters(query.filters),
            *map(phrase_clause, query.phrases),
            *map(prefix_clause, query.prefixes),
        ],
        "must_not": [form_clause(text) for text in query.excluded],
    }


def _words(query: IndexQuery) -> list[Body]:
    words = [words_clause(query.text, query.synonyms)] if query.text else []
    return [*words, *map(phrase_clause, query.phrases), *map(prefix_clause, query.prefixes)]


def _filters(filters: Filters) -> list[Body]:
    terms = {
        "categories": filters.category,
        "orientation": filters.orientation,
        "colors": filters.color,
        "contributor": filters.contributor,
        "image_type": filters.image_type,
        "licence_type": filters.licence_type,
        "ai_generated": filters.ai_generated,
    }
    ranges: dict[str, Body] = {
        "created_at_s": {"gte": filters.created_from_s, "lt": filters.created_before_s},
        "width_px": {"gte": filters.min_width_px or None},
        "height_px": {"gte": filters.min_height_px or None},
        "people": {"gte": filters.people_from, "lte": filters.people_to},
    }
    bounded = {
        name: {bound: value for bound, value in bounds.items() if value is not None}
        for name, bounds in ranges.items()
    }
    return [
        *({"term": {name: value}} for name, value in terms.items() if value is not None),
        *({"range": {name: bounds}} for name, bounds in bounded.items() if bounds),
    ]
