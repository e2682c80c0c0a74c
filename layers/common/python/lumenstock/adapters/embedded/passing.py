"""Which rows a question lets through: masks, made of what the rows carry and of the rows of single words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial, reduce

import numpy as np

from lumenstock.adapters.embedded.carried import Mask
from lumenstock.adapters.embedded.fields import words_of, written_words_of
from lumenstock.adapters.embedded.rows import NOT_KNOWN, RowView, name_code
from lumenstock.adapters.embedded.snapshot import Snapshot
from lumenstock.adapters.embedded.words import phrase_query, prefix_query, stem_query
from lumenstock.search.ports import Filters, IndexQuery, Synonym
from lumenstock.search.relevance import words_required


def filtered(rows: RowView, filters: Filters) -> Mask:
    """bool[n]: what has all that ``filters`` ask for. Rows that are no longer true may be among it."""
    wanted = {
        "category": filters.category,
        "orientation": filters.orientation,
        "color": filters.color,
        "image_type": filters.image_type,
        "licence_type": filters.licence_type,
    }
    masks = [rows.carried.mask(name, value) for name, value in wanted.items() if value is not None]
    numbers = {
        "created_at_s": (filters.created_from_s, filters.created_before_s),
        "width_px": (filters.min_width_px or None, None),
        "height_px": (filters.min_height_px or None, None),
        "people": (filters.people_from, None if filters.people_to is None else filters.people_to + 1),
    }
    for name, (least, below) in numbers.items():
        if least is not None:
            masks.append(rows.numbers[name] >= least)
        if below is not None:
            masks.append(rows.numbers[name] < below)
    if (filters.people_from, filters.people_to) != (None, None):
        masks.append(rows.numbers["people"] != NOT_KNOWN)
    if filters.ai_generated is not None:
        masks.append(rows.numbers["ai_generated"] == filters.ai_generated)
    if filters.contributor is not None:
        masks.append((rows.contributors == np.uint64(name_code(filters.contributor))).any(axis=0))
    return _all(masks, len(rows.alive))


def allowed(snapshot: Snapshot, query: IndexQuery) -> Mask:
    """bool[n]: what is true and holds the phrases and beginnings of ``query`` and nothing it excludes."""
    masks = [snapshot.rows.alive]
    masks += [_phrase(snapshot, phrase) for phrase in query.phrases]
    masks += [_prefix(snapshot, prefix) for prefix in query.prefixes]
    masks += [~_any_form(snapshot, text) for text in query.excluded]
    return _all(masks, len(snapshot.rows.alive))


def matching(snapshot: Snapshot, text: str, synonyms: Sequence[Synonym]) -> Mask:
    """bool[n]: what holds enough of the words of ``text``: what ``words.words_query`` finds."""
    words = words_of(text)
    others = {stem: synonym.others for synonym in synonyms for stem in words_of(synonym.word)}
    held = np.zeros(len(snapshot.rows.alive), dtype=np.uint16)
    for word in words:
        instead = [_any_form(snapshot, other) for other in others.get(word, ())]
        held += _any([_stem(snapshot, word), *instead], len(held))
    enough: Mask = held >= max(1, words_required(len(words)))
    return enough


def _any_form(snapshot: Snapshot, text: str) -> Mask:
    """One word in any form, or a phrase as it is written."""
    if len(written_words_of(text)) > 1:
        return _phrase(snapshot, text)
    return _any((_stem(snapshot, stem) for stem in words_of(text)), len(snapshot.rows.alive))


def _stem(snapshot: Snapshot, stem: str) -> Mask:
    return snapshot.mask(("stem", stem), partial(stem_query, stem))


def _phrase(snapshot: Snapshot, text: str) -> Mask:
    return snapshot.mask(("phrase", *written_words_of(text)), partial(phrase_query, text))


def _prefix(snapshot: Snapshot, text: str) -> Mask:
    return snapshot.mask(("prefix", *written_words_of(text)), partial(prefix_query, text))


def _all(masks: Iterable[Mask], rows: int) -> Mask:
    return reduce(np.logical_and, masks, np.ones(rows, dtype=bool))


def _any(masks: Iterable[Mask], rows: int) -> Mask:
    return reduce(np.logical_or, masks, np.zeros(rows, dtype=bool))
