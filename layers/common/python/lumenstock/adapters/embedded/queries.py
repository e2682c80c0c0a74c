"""The port's questions as tantivy queries."""

from __future__ import annotations

from collections.abc import Sequence

from tantivy import FieldType, Occur, Query

from lumenstock.adapters.embedded.fields import DOCUMENT, SCHEMA, SNAPSHOT, words_of
from lumenstock.kernel.ids import ImageId
from lumenstock.search.ports import Filters
from lumenstock.search.relevance import FIELD_WEIGHTS, words_required

# A bound that no document reaches: tantivy takes no open range with an excluded end.
_ENDLESS = 2**62


def snapshot_query() -> Query:
    """The snapshot record."""
    return _term("kind", SNAPSHOT)


def words_query(text: str) -> Query:
    """Documents that hold enough of the words of ``text``, by the best field of each word.

    A text without a word that counts (stop words, punctuation) matches nothing.
    """
    words = words_of(text)
    if not words:
        return Query.empty_query()
    return Query.boolean_query(
        [(Occur.Should, _word(word)) for word in words],
        minimum_number_should_match=words_required(len(words)),
    )


def filtered(filters: Filters) -> Query | None:
    """Documents that pass ``filters``, each scoring 0; None when nothing is asked for."""
    terms = {
        "category": filters.category,
        "orientation": filters.orientation,
        "color": filters.color,
        "contributor": filters.contributor,
    }
    clauses = [_term(name, value) for name, value in terms.items() if value is not None]
    ranges = {
        "created_at_s": (filters.created_from_s, filters.created_before_s),
        "width_px": (filters.min_width_px or None, None),
        "height_px": (filters.min_height_px or None, None),
    }
    clauses += [_between(name, *bounds) for name, bounds in ranges.items() if bounds != (None, None)]
    if not clauses:
        return None
    return Query.const_score_query(Query.boolean_query([(Occur.Must, clause) for clause in clauses]), 0.0)


def keyword_query(text: str, filters: Filters, excluding: Sequence[ImageId] = ()) -> Query:
    """The keyword leg: matches of ``text``, or every document when it is empty, under ``filters``."""
    found = words_query(text) if text else _term("kind", DOCUMENT)
    clauses = [(Occur.Must, found)]
    if (passing := filtered(filters)) is not None:
        clauses.append((Occur.Must, passing))
    if excluding:
        clauses.append((Occur.MustNot, ids_query(excluding)))
    return Query.boolean_query(clauses)


def ids_query(ids: Sequence[ImageId]) -> Query:
    """The documents with one of ``ids``."""
    return Query.term_set_query(SCHEMA, "id", list(ids))


def either(*queries: Query) -> Query:
    """Documents that at least one of ``queries`` finds."""
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def _word(word: str) -> Query:
    return Query.disjunction_max_query(
        [
            Query.boost_query(Query.term_query(SCHEMA, name, word, "freq"), weight)
            for name, weight in FIELD_WEIGHTS.items()
        ]
    )


def _term(name: str, value: str) -> Query:
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
