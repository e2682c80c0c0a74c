"""Several OpenAPI documents into one; a clash is an error, never a choice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Document = dict[str, Any]


class ClashError(Exception):
    """Two services say different things under one name."""


def merge(documents: Mapping[str, Document]) -> Document:
    """The operations and components of ``documents``, by name of the service that each is of.

    Raises:
        ClashError: An operation or an operationId is there twice, two components of one name differ, or a
            reference leads nowhere.
    """
    paths: dict[str, dict[str, Any]] = {}
    components: dict[str, dict[str, Any]] = {}
    owners: dict[str, str] = {}
    for service, document in documents.items():
        for path, method, operation in operations(document):
            _own(owners, f"{method} {path}", service)
            _own(owners, operation["operationId"], service)
            paths.setdefault(path, {})[method] = operation
        for kind, parts in document.get("components", {}).items():
            for name, part in parts.items():
                if components.setdefault(kind, {}).setdefault(name, part) != part:
                    message = f"{kind}/{name} of {service} differs from that of another service"
                    raise ClashError(message)
    merged: Document = {
        "paths": dict(sorted(paths.items())),
        "components": {kind: dict(sorted(parts.items())) for kind, parts in sorted(components.items())},
    }
    for reference in references(merged):
        if not _resolves(merged, reference):
            message = f"{reference} leads nowhere"
            raise ClashError(message)
    return merged


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Path, lower-case method and operation of each operation."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def references(node: object) -> Iterator[str]:
    """Every ``$ref`` below ``node``."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


def _own(owners: dict[str, str], name: str, service: str) -> None:
    if name in owners:
        message = f"{name} is in {service} and in {owners[name]}"
        raise ClashError(message)
    owners[name] = service


def _resolves(document: Document, reference: str) -> bool:
    node: Any = document
    for part in reference.removeprefix("#/").split("/"):
        node = node.get(part) if isinstance(node, dict) else None
    return node is not None
