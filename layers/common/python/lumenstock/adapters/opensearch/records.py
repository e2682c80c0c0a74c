"""Documents and removals as OpenSearch holds them, and back."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from lumenstock.adapters.opensearch.mapping import Body
from lumenstock.embedding.model import from_f16
from lumenstock.kernel.ids import ImageId
from lumenstock.search.document import Document, Removal
from lumenstock.search.ports import SUGGESTION_LENGTH, Change
from lumenstock.search.projection import fold

ID_BYTES = 512  # what OpenSearch takes

_LISTS = ("tags", "categories", "colors")
_BYTES = ("vector_f16", "miniature")
_PLAIN = tuple(field.name for field in fields(Document) if field.name not in {*_BYTES, *_LISTS})
_DECIMALS = 8  # of a number below 1: as exact as float32, at half of the digits of a float64


@dataclass(frozen=True, slots=True)
class Record:
    """What is written under one id. Written again it changes nothing; a newer one in place stays."""

    id: ImageId
    version: int
    source: Body


def records_of(changes: Iterable[Change]) -> list[Record]:
    """What remains of ``changes`` when each has had its turn: one record an id.

    Raises:
        ValueError: An id is longer than 512 bytes.
    """
    last: dict[ImageId, Change] = {}
    for change in changes:
        if len(change.id.encode()) > ID_BYTES:
            message = f"The id {change.id} is longer than {ID_BYTES} bytes."
            raise ValueError(message)
        if change.id not in last or change.version >= last[change.id].version:
            last[change.id] = change
    return [Record(change.id, change.version, _source(change)) for change in last.values()]


def document_of(source: Mapping[str, Any]) -> Document | None:
    """The document in a source; None in a stub."""
    if source["removed"]:
        return None
    values: Body = {name: source[name] for name in _PLAIN if name in source}
    values |= {name: tuple(source[name]) for name in _LISTS}
    values |= {name: base64.b64decode(source.get(name, "")) for name in _BYTES}
    return Document(**values)


def change_of(source: Mapping[str, Any]) -> Change:
    """What was written as a source."""
    return document_of(source) or Removal(source["id"], source["version"])


def _source(change: Change) -> Body:
    if isinstance(change, Removal):
        return {"id": change.id, "version": change.version, "removed": True}
    source: Body = {name: value for name in _PLAIN if (value := getattr(change, name)) is not None}
    source |= {name: list(getattr(change, name)) for name in _LISTS}
    source["removed"] = False
    source["contributor"] = sorted({fold(change.contributor_id), fold(change.contributor_name)})
    source["suggestion"] = _suggestions(change)
    source |= {name: base64.b64encode(value).decode() for name in _BYTES if (value := getattr(change, name))}
    if change.vector_f16:
        source["vector"] = np.round(from_f16(change.vector_f16).astype(np.float64), _DECIMALS).tolist()
    return source


def _suggestions(document: Document) -> list[str]:
    texts = dict.fromkeys(map(fold, (document.title, *document.tags)))
    return [text for text in texts if 0 < len(text) <= SUGGESTION_LENGTH]
