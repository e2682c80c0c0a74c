"""What tantivy holds of a document: words to match, terms to filter and count, the row it belongs to.

Beside the documents there is one snapshot record. It is replaced in every commit and says which write
the commit reached and how many rows it had: so one commit moves words, rows and vectors together.
"""

from __future__ import annotations

from pathlib import Path

import tantivy

from lumenstock.search.document import Document
from lumenstock.search.ports import SUGGESTION_LENGTH
from lumenstock.search.projection import fold
from lumenstock.search.relevance import FIELD_WEIGHTS, STOP_WORDS

DOCUMENT, SNAPSHOT = "document", "snapshot"
BLOCK = 48  # rows whose bits a float64, which tantivy sums by, holds exactly; six octets

# The same texts as they are written, for phrases and prefixes: by the name of the field with the stems.
EXACT = {name: f"{name}_exact" for name in FIELD_WEIGHTS}

_MAY_BE_UNKNOWN = ("image_type", "licence_type", "people", "ai_generated")
_POPULARITY_END = 10**12
_POPULARITY_DIGITS = 13
_TIME_END_S = 10**11  # in the year 5138
_TIME_DIGITS = 12  # also for what was before 1970
_WORD_BYTES = 100  # longer runs of letters and digits are not words


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in FIELD_WEIGHTS:
        builder.add_text_field(name, tokenizer_name="english", index_option="freq")
        builder.add_text_field(EXACT[name], tokenizer_name="exact", index_option="position")
    builder.add_text_field("written", tokenizer_name="exact", index_option="basic")
    terms = ("category", "orientation", "color", "image_type", "licence_type")
    for name in ("kind", "id", "contributor", "suggestion", *terms):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("newest", "popular"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("created_at_s", "width_px", "height_px", "people"):
        builder.add_integer_field(name, indexed=True, fast=True)
    builder.add_boolean_field("ai_generated", indexed=True)
    builder.add_unsigned_field("row", indexed=True, fast=True)
    builder.add_unsigned_field("bit", fast=True)
    builder.add_unsigned_field("generation", fast=True)
    builder.add_unsigned_field("rows", fast=True)
    return builder.build()


SCHEMA = _schema()


def _folding() -> tantivy.TextAnalyzerBuilder:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(_WORD_BYTES))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
    )


ENGLISH = (
    _folding()
    .filter(tantivy.Filter.custom_stopword(list(STOP_WORDS)))
    .filter(tantivy.Filter.stemmer("english"))
    .build()
)
AS_WRITTEN = _folding().build()


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
    words.register_tokenizer("exact", AS_WRITTEN)
    words.config_reader("manual")
    return words


def words_of(text: str) -> list[str]:
    """The distinct stems of ``text``, in the order in which they first come."""
    return list(dict.fromkeys(ENGLISH.analyze(text)))


def written_words_of(text: str) -> list[str]:
    """The words of ``text``, folded, in their order."""
    return list(AS_WRITTEN.analyze(text))


def newest_key(document: Document) -> str:
    """A key that sorts, rising, by falling creation time and then by rising id."""
    return f"{_TIME_END_S - document.created_at_s:0{_TIME_DIGITS}d}{document.id}"


def from_newest_key(key: str) -> int:
    """Creation time, in Unix seconds, of a :func:`newest_key`."""
    return _TIME_END_S - int(key[:_TIME_DIGITS])


def popular_key(document: Document) -> str:
    """A key that sorts, rising, by falling popularity, those without one last, and then as the newest key."""
    known = -1 if document.popularity is None else min(document.popularity, _POPULARITY_END)
    return f"{_POPULARITY_END - known:0{_POPULARITY_DIGITS}d}{newest_key(document)}"


def from_popular_key(key: str) -> int:
    """Popularity of a :func:`popular_key`; 0 where it is not known."""
    return max(0, _POPULARITY_END - int(key[:_POPULARITY_DIGITS]))


# Fields that a leg can be in order of, with what reads the score of their values.
KEYS = {"newest": from_newest_key, "popular": from_popular_key}


def suggestions_of(document: Document) -> list[str]:
    """Title and tags of ``document``, folded, each once."""
    return list(dict.fromkeys(map(fold, (document.title, *document.tags))))


def document_record(document: Document, row: int) -> tantivy.Document:
    """``document`` as tantivy takes it; what is not known is left out."""
    texts = {"title": document.title, "tags": list(document.tags), "description": document.description}
    known = {name: getattr(document, name) for name in _MAY_BE_UNKNOWN}
    return tantivy.Document.from_dict(
        {
            "kind": DOCUMENT,
            "id": document.id,
            **texts,
            **{EXACT[name]: text for name, text in texts.items()},
            "written": [document.title, *document.tags, document.description],
            "suggestion": [text for text in suggestions_of(document) if 0 < len(text) <= SUGGESTION_LENGTH],
            **{name: value for name, value in known.items() if value is not None},
            "category": list(document.categories),
            "orientation": document.orientation,
            "color": list(document.colors),
            "contributor": list({fold(document.contributor_id), fold(document.contributor_name)}),
            "newest": newest_key(document),
            "popular": popular_key(document),
            "created_at_s": document.created_at_s,
            "width_px": document.width_px,
            "height_px": document.height_px,
            "row": row,
            "bit": 1 << row % BLOCK,
        },
        SCHEMA,
    )


def snapshot_record(generation: int, rows: int) -> tantivy.Document:
    """The record of a commit that reached write ``generation`` and has ``rows`` rows."""
    return tantivy.Document.from_dict({"kind": SNAPSHOT, "generation": generation, "rows": rows}, SCHEMA)
