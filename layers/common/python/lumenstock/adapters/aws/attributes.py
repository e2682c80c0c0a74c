"""JSON-like values as DynamoDB attributes and back."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    Item = dict[str, AttributeValueTypeDef]
else:
    Item = dict[str, Any]

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


def to_attributes(document: dict[str, object]) -> Item:
    """Any JSON-like mapping as attributes."""
    return {name: _serialize(_plain(value)) for name, value in document.items()}


def from_attributes(item: Item) -> dict[str, object]:
    """The inverse of :func:`to_attributes`; numbers come back as decimals."""
    return {name: _deserialize(value) for name, value in item.items()}


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Floats as decimals: DynamoDB takes no binary floats."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value
