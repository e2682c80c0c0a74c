"""The scan of the catalogue, which goes on where it was cut short: one part of the table after another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lumenstock.adapters.aws.attributes import Item
from lumenstock.adapters.aws.rows import from_item
from lumenstock.catalog.store import CatalogPage
from lumenstock.kernel.errors import BadRequestError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import ScanInputTypeDef

# DynamoDB cuts the range of hashes into equal parts, so which one it is tells how far the scan is.
PARTS = 16


def pages(client: DynamoDBClient, table: str, bookmark: str | None) -> Iterator[CatalogPage]:
    """Every image's row from ``bookmark`` on, strongly consistent.

    Raises:
        BadRequestError: ``bookmark`` is none of this scan.
    """
    part, key = _place(bookmark) if bookmark else (0, None)
    while part < PARTS:
        request: ScanInputTypeDef = {
            "TableName": table,
            "FilterExpression": "sk = :row AND begins_with(pk, :image)",
            "ExpressionAttributeValues": {":row": {"S": "A"}, ":image": {"S": "IMG#"}},
            "ConsistentRead": True,
            "Segment": part,
            "TotalSegments": PARTS,
        }
        if key:
            request["ExclusiveStartKey"] = key
        answer = client.scan(**request)
        key = answer.get("LastEvaluatedKey")
        part += not key
        images = tuple(map(from_item, answer["Items"]))
        yield CatalogPage(images, _bookmark(part, key), part / PARTS)


def _bookmark(part: int, key: Item | None) -> str:
    return json.dumps([PARTS, part, key["pk"]["S"] if key else "", key["sk"]["S"] if key else ""])


def _place(bookmark: str) -> tuple[int, Item | None]:
    try:
        parts, part, pk, sk = json.loads(bookmark)
        if parts == PARTS and 0 <= part <= PARTS:
            return part, {"pk": {"S": pk}, "sk": {"S": sk}} if pk else None
    except (ValueError, TypeError):
        pass
    message = f"A scan of the catalogue cannot go on from {bookmark!r}; begin anew."
    raise BadRequestError(message)
