"""What tantivy holds of a document: words to match, terms to filter and count, the row it belongs to.

Beside the documents there is one snapshot record. It is replaced in every commit and says which write
the commit reached and how many rows it had: so one commit moves words, rows and vectors together.
"""

from __future__ import annotations

from pathlib import Path

import tantivy

from lumenstock.search.document import Document
from lumenstock.search.projection import fold
from lumenstock.search.relevance import FIELD_WEIGHTS, STOP_WORDS

DOCUMENT, SNAPSHOT = "document", "snapshot"

_TIME_END_S = 10**11  # in the year 5138
_TIME_DIGITS = 11
_WORD_BYTES = 100  # longer runs of letters and digits are not words


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in FIELD_WEIGHTS:
        builder.add_text_field(name, tokenizer_name="english", index_option="freq")
    for name in ("kind", "id", "contributor"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("category", "orientation", "color"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_text_field("newest", tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("created_at_s", "width_px", "height_px"):
        builder.add_integer_field(name, indexed=True, fast=True)
    builder.add_unsigned_field("row", indexed=True, fast=True)
    builder.add_unsigned_field("generation", fast=True)
    builder.add_unsigned_field("rows", fast=True)
    return builder.build()


SCHEMA = _schema()


def _english() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(_WORD_BYTES))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.custom_stopword(list(STOP_WORDS)))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


ENGLISH = _english()


def create_words(folder: Path) -> tantivy.Index:
    """Make an empty tantivy index in the new ``folder``."""
    folder.mkdir(parents=True)
    return _prepared(tantivy.Index(SCHEMA, path=str(folder)))


def open_words(folder: Path) -> tantivy.Index:
    """Open the tantivy index in ``folder``.

    Raises:
        ValueError: There is none, or it is damaged.
    """
    return _prepared(tantivy.Index.open(str(folder)))


def _prepared(words: tantivy.Index) -> tantivy.Index:
    words.register_tokenizer("english", ENGLISH)
    words.config_reader("manual")
    return words


def words_of(text: str) -> list[str]:
    """The distinct stems of ``text``, in the order in which they first come."""
    return list(dict.fromkeys(ENGLISH.analyze(text)))


def newest_key(document: Document) -> str:
    """A key that sorts, rising, by falling creation time and then by rising id."""
    return f"{_TIME_END_S - document.created_at_s:0{_TIME_DIGITS}d}{document.id}"


def from_newest_key(key: str) -> tuple[str, int]:
    """Id and creation time, in Unix seconds, of a :func:`newest_key`."""
    return key[_TIME_DIGITS:], _TIME_END_S - int(key[:_TIME_DIGITS])


def document_record(document: Document, row: int) -> tantivy.Document:
    """``document`` as tantivy takes it."""
    return tantivy.Document.from_dict(
        {
            "kind": DOCUMENT,
            "id": document.id,
            "title": document.title,
            "tags": list(document.tags),
            "description": document.description,
            "category": list(document.categories),
            "orientation": document.orientation,
            "color": list(document.colors),
            "contributor": list({fold(document.contributor_id), fold(document.contributor_name)}),
            "newest": newest_key(document),
            "created_at_s": document.created_at_s,
            "width_px": document.width_px,
            "height_px": document.height_px,
            "row": row,
        },
        SCHEMA,
    )


def snapshot_record(generation: int, rows: int) -> tantivy.Document:
    """The record of a commit that reached write ``generation`` and has ``rows`` rows."""
    return tantivy.Document.from_dict({"kind": SNAPSHOT, "generation": generation, "rows": rows}, SCHEMA)
