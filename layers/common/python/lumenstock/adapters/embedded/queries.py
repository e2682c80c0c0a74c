"""The port's questions as tantivy queries."""

from __future__ import annotations

from collections.abc import Sequence

from tantivy import FieldType, Occur, Query

from lumenstock.adapters.embedded.fields import DOCUMENT, SCHEMA, SNAPSHOT
from lumenstock.adapters.embedded.words import excluded_query, phrase_query, prefix_query, words_query
from lumenstock.kernel.ids import ImageId
from lumenstock.search.ports import IndexQuery

# A bound that no document reaches: tantivy takes no open range with an excluded end.
_ENDLESS = 2**62


def snapshot_query() -> Query:
    """The snapshot record."""
    return _term("kind", SNAPSHOT)


def keyword_query(query: IndexQuery, excluding: Sequence[ImageId] = ()) -> Query:
    """The keyword leg of ``query``: what its words find, or every document, of what passes."""
    clauses = [(Occur.Must, found) for found in _worded(query)] or [(Occur.Must, everything())]
    if (passes := _passing(query)) is not None:
        clauses.append((Occur.Must, passes))
    if excluding:
        clauses.append((Occur.MustNot, ids_query(excluding)))
    return Query.boolean_query(clauses)


def ids_query(ids: Sequence[ImageId]) -> Query:
    """The documents with one of ``ids``."""
    return Query.term_set_query(SCHEMA, "id", list(ids))


def _passing(query: IndexQuery) -> Query | None:
    """What every find of ``query`` must be, scoring 0; None when nothing is asked for."""
    filters = query.filters
    terms = {
        "category": filters.category,
        "orientation": filters.orientation,
        "color": filters.color,
        "contributor": filters.contributor,
        "image_type": filters.image_type,
        "licence_type": filters.licence_type,
        "ai_generated": filters.ai_generated,
    }
    clauses = [(Occur.Must, _term(name, value)) for name, value in terms.items() if value is not None]
    people_below = None if filters.people_to is None else filters.people_to + 1
    ranges = {
        "created_at_s": (filters.created_from_s, filters.created_before_s),
        "width_px": (filters.min_width_px or None, None),
        "height_px": (filters.min_height_px or None, None),
        "people": (filters.people_from, people_below),
    }
    clauses += [
        (Occur.Must, _between(name, *bounds)) for name, bounds in ranges.items() if bounds != (None, None)
    ]
    clauses += [(Occur.Must, phrase_query(phrase)) for phrase in query.phrases]
    clauses += [(Occur.Must, prefix_query(prefix)) for prefix in query.prefixes]
    clauses += [(Occur.MustNot, excluded_query(text)) for text in query.excluded]
    if not clauses:
        return None
    return Query.const_score_query(Query.boolean_query([(Occur.Must, everything()), *clauses]), 0.0)


def _worded(query: IndexQuery) -> list[Query]:
    words = [words_query(query.text, query.synonyms)] if query.text else []
    phrases = [phrase_query(phrase) for phrase in query.phrases]
    return words + phrases + [prefix_query(prefix) for prefix in query.prefixes]


def everything() -> Query:
    """Every document."""
    return _term("kind", DOCUMENT)


def _term(name: str, value: object) -> Query:
    return Query.term_query(SCHEMA, name, value, "basic")


def _between(name: str, least: int | None, below: int | None) -> Query:
    return Query.range_query(
        SCHEMA,
        name,
        FieldType.Integer,
        lower_bound=-_ENDLESS if least is None else least,
        upper_bound=_ENDLESS if below is None else below,
        include_upper=False,
    )
