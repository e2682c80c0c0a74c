"""What an index must answer, by brute force over plain lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np

from lumenstock.embedding.model import Vectors, from_f16
from lumenstock.kernel.ids import ImageId
from lumenstock.search.document import Document, Removal
from lumenstock.search.ports import Change, Filters, IndexQuery
from lumenstock.search.projection import fold


def kept(changes: Iterable[Change]) -> list[Document]:
    """The documents that stand after ``changes``."""
    last: dict[ImageId, Change] = {}
    for change in changes:
        if change.id not in last or change.version >= last[change.id].version:
            last[change.id] = change
    return [change for change in last.values() if not isinstance(change, Removal)]


def passes(item: Document, wanted: Filters) -> bool:
    """Whether ``item`` passes every filter."""
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
    )


def matches(item: Document, text: str) -> bool:
    """Whether ``item`` holds enough words of ``text``; of 1 to 4 words that need no stemming."""
    words = set(text.split())
    held = set(" ".join([item.title, *item.tags, item.description]).split())
    required = {1: 1, 2: 2, 3: 2, 4: 3}
    return bool(words) and len(words & held) >= required[len(words)]


def found_by_words(documents: Iterable[Document], query: IndexQuery) -> set[ImageId]:
    """All keyword matches, or everything that passes the filters when nothing else is asked."""
    if not query.text and query.vector is not None:
        return set()
    passing = [item for item in documents if passes(item, query.filters)]
    return {item.id for item in passing if not query.text or matches(item, query.text)}


def nearest(documents: Iterable[Document], query: IndexQuery) -> list[tuple[float, ImageId]]:
    """The vector leg: ``(-cosine, id)``, in order."""
    if query.vector is None:
        return []
    model, values = query.vector.model, query.vector.values
    passing = [item for item in documents if item.model == model and passes(item, query.filters)]
    return sorted((-_cosine(item, values), item.id) for item in passing)[: query.window]


def newest(documents: Iterable[Document], query: IndexQuery) -> list[ImageId]:
    """What passes the filters, newest first, ties by id."""
    passing = [item for item in documents if passes(item, query.filters)]
    return [item.id for item in sorted(passing, key=lambda item: (-item.created_at_s, item.id))]


def facets(documents: Iterable[Document], ids: set[ImageId]) -> Mapping[str, Counter[str]]:
    """Counts over the documents with ``ids``."""
    found = [item for item in documents if item.id in ids]
    return {
        "categories": Counter(name for item in found for name in item.categories),
        "orientations": Counter(item.orientation for item in found),
        "colors": Counter(color for item in found for color in item.colors),
    }


def _cosine(item: Document, query: Vectors) -> float:
    return float(np.round(float(from_f16(item.vector_f16) @ query), 5))
