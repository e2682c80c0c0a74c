"""What an index must answer, by brute force over plain lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from lumenstock.embedding.model import Vectors, from_f16
from lumenstock.kernel.ids import ImageId
from lumenstock.search.document import Document, Removal
from lumenstock.search.facets import FacetFilter, without
from lumenstock.search.ports import Change, IndexQuery, Sort
from lumenstock.search.projection import fold


def kept(changes: Iterable[Change]) -> list[Document]:
    """The documents that stand after ``changes``."""
    last: dict[ImageId, Change] = {}
    for change in changes:
        if change.id not in last or change.version >= last[change.id].version:
            last[change.id] = change
    return [change for change in last.values() if not isinstance(change, Removal)]


def passes(item: Document, query: IndexQuery) -> bool:
    """Whether ``item`` passes every filter, holds every phrase and prefix, and nothing that is excluded."""
    wanted = query.filters
    created_before = wanted.created_before_s
    return (
        wanted.category in {None, *item.categories}
        and wanted.orientation in {None, item.orientation}
        and wanted.color in {None, *item.colors}
        and wanted.contributor in {None, item.contributor_id, fold(item.contributor_name)}
        and (wanted.created_from_s is None or item.created_at_s >= wanted.created_from_s)
        and (created_before is None or item.created_at_s < created_before)
        and item.width_px >= wanted.min_width_px
        and item.height_px >= wanted.min_height_px
        and wanted.image_type in {None, item.image_type}
        and wanted.licence_type in {None, item.licence_type}
        and wanted.ai_generated in {None, item.ai_generated}
        and (wanted.people_from is None or (item.people is not None and item.people >= wanted.people_from))
        and (wanted.people_to is None or (item.people is not None and item.people <= wanted.people_to))
        and all(_holds(item, phrase) for phrase in query.phrases)
        and all(f" {prefix}" in text for prefix in query.prefixes for text in [" / ".join(_texts(item))])
        and not any(_holds(item, text) for text in query.excluded)
    )


def matches(item: Document, query: IndexQuery) -> bool:
    """Whether ``item`` holds enough words of a text of 1 to 4 words that need no stemming."""
    words, others = set(query.text.split()), {entry.word: entry.others for entry in query.synonyms}
    held = sum(any(_holds(item, text) for text in (word, *others.get(word, ()))) for word in words)
    required = {1: 1, 2: 2, 3: 2, 4: 3}
    return held >= required[len(words)]


def found_by_words(documents: Iterable[Document], query: IndexQuery) -> set[ImageId]:
    """All keyword matches, or everything that passes when nothing else is asked."""
    if not (query.worded or query.browsing):
        return set()
    passing = [item for item in documents if passes(item, query)]
    return {item.id for item in passing if not query.text or matches(item, query)}


def nearest(documents: Iterable[Document], query: IndexQuery) -> list[tuple[float, ImageId]]:
    """The vector leg: ``(-cosine, id)``, in order."""
    if query.vector is None:
        return []
    model, values = query.vector.model, query.vector.values
    passing = [item for item in documents if item.model == model and passes(item, query)]
    return sorted((-_cosine(item, values), item.id) for item in passing)[: query.window]


def by_time(documents: Iterable[Document], query: IndexQuery) -> list[ImageId]:
    """What ``query`` finds by words, newest first or by popularity, ties by id."""
    by_words = found_by_words(documents := list(documents), query)
    found = [item for item in documents if item.id in by_words]
    popular = query.sort is Sort.POPULAR

    def place(item: Document) -> tuple[int, int, ImageId]:
        known = -1 if item.popularity is None else item.popularity
        return (-known if popular else 0, -item.created_at_s, item.id)

    return [item.id for item in sorted(found, key=place)]


def facets(documents: Iterable[Document], query: IndexQuery) -> Mapping[str, Counter[str]]:
    """Counts over what both legs find, each facet as if its own filter were not there."""
    documents = list(documents)

    def found(own: FacetFilter) -> list[Document]:
        wider = replace(query, filters=without(query.filters, own))
        ids = found_by_words(documents, wider) | {item for _, item in nearest(documents, wider)}
        return [item for item in documents if item.id in ids]

    return {
        "categories": Counter(name for item in found("category") for name in item.categories),
        "orientations": Counter(item.orientation for item in found("orientation")),
        "colors": Counter(color for item in found("color") for color in item.colors),
        "image_types": Counter(item.image_type for item in found("image_type") if item.image_type),
        "licence_types": Counter(item.licence_type for item in found("licence_type") if item.licence_type),
    }


def _texts(item: Document) -> list[str]:
    return [f" {text} " for text in (item.title, *item.tags, item.description)]


def _holds(item: Document, text: str) -> bool:
    return any(f" {text} " in held for held in _texts(item))


def _cosine(item: Document, query: Vectors) -> float:
    return float(np.round(float(from_f16(item.vector_f16) @ query), 5))
