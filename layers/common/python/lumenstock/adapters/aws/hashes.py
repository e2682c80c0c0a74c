"""Hashes in the table ``fingerprints``: ``PH#band`` / id; and what came in which hour: ``PT#hour`` / id."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from lumenstock.adapters.aws.attributes import Item
from lumenstock.imaging.picture_hash import PictureHash
from lumenstock.ingest.near_duplicates import Sighting
from lumenstock.kernel.ids import ImageId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import (
        PaginatorConfigTypeDef,
        WriteRequestOutputTypeDef,
        WriteRequestTypeDef,
    )

    WriteRequest = WriteRequestTypeDef | WriteRequestOutputTypeDef

_BATCH_WRITE_LIMIT = 25
_MOST_IN_A_BAND = 1000  # 75 kB: where more share a band, it tells next to nothing
_KEPT = timedelta(days=8)  # a day longer than the last second look


class DynamoHashes:
    """Implements :class:`lumenstock.ingest.near_duplicates.HashBook`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """Keep hashes in ``table``."""
        self._client = client
        self._table = table

    def note(self, sightings: Sequence[Sighting], hour: str) -> None:
        """See the protocol."""
        requests: list[WriteRequest] = [
            {"PutRequest": {"Item": item}} for seen in sightings for item in _items(seen, hour)
        ]
        for at in range(0, len(requests), _BATCH_WRITE_LIMIT):
            self._write(requests[at : at + _BATCH_WRITE_LIMIT])

    def sharing_a_band(self, hashed: PictureHash) -> list[Sighting]:
        """See the protocol."""
        found: dict[ImageId, Sighting] = {}
        for band in dict.fromkeys((*hashed.bands(), *hashed.turned().bands())):
            for item in self._partition(f"PH#{band}", most=_MOST_IN_A_BAND):
                seen = Sighting(ImageId(item["sk"]["S"]), _hash(item))
                found[seen.id] = seen
        return list(found.values())

    def noted_in(self, hour: str) -> list[ImageId]:
        """See the protocol."""
        return [ImageId(item["sk"]["S"]) for item in self._partition(f"PT#{hour}")]

    def _write(self, requests: Sequence[WriteRequest]) -> None:
        unwritten = requests
        while unwritten:
            answer = self._client.batch_write_item(RequestItems={self._table: unwritten})
            unwritten = answer["UnprocessedItems"].get(self._table, [])

    def _partition(self, pk: str, most: int | None = None) -> Iterator[Item]:
        """The items of a partition, the newest ids first; no more than ``most``."""
        limit: PaginatorConfigTypeDef = {"MaxItems": most} if most else {}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": pk}},
            ConsistentRead=True,  # what was noted a moment ago must be seen
            ScanIndexForward=False,
            PaginationConfig=limit,
        )
        for page in pages:
            yield from page["Items"]


def _items(seen: Sighting, hour: str) -> Iterator[Item]:
    for band in seen.hash.bands():
        yield {
            "pk": {"S": f"PH#{band}"},
            "sk": {"S": seen.id},
            "hash": {"B": bytes.fromhex(seen.hash.hex)},
        }
    begun = datetime.strptime(hour, "%Y%m%d%H").replace(tzinfo=UTC)
    yield {
        "pk": {"S": f"PT#{hour}"},
        "sk": {"S": seen.id},
        "purge_at": {"N": str(int((begun + _KEPT).timestamp()))},
    }


def _hash(item: Item) -> PictureHash:
    return PictureHash(int.from_bytes(bytes(item["hash"]["B"]), "big"))
