"""The work-queue index ``gsi2`` of the table ``catalog``: what waits, and since or until when.

A queue is ``S#status``, ``S#taking_in`` or ``S#purging`` for images, ``U#open`` or ``U#session`` for uploads.
Each is spread over 16 partitions, so that none takes all the writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from heapq import merge
from typing import TYPE_CHECKING
from zlib import crc32

from lumenstock.adapters.aws.attributes import Item
from lumenstock.kernel.clock import to_iso

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SHARDS = 16
_PAGE = 50


def partition(queue: str, shard: int) -> str:
    """The partition of one of the 16 shards of ``queue``."""
    return f"{queue}#{shard:02d}"


def work_keys(queue: str, moment: datetime, entry_id: str) -> Item:
    """What puts an item into ``queue``, in the order of ``moment``."""
    return {
        "gsi2pk": {"S": partition(queue, crc32(entry_id.encode()) % SHARDS)},
        "gsi2sk": {"S": f"{to_iso(moment)}#{entry_id}"},
    }


def before(client: DynamoDBClient, table: str, queue: str, moment: datetime) -> Iterator[Item]:
    """Keys of the items of ``queue`` from before ``moment``, a shard after the other.

    Begins with another shard each minute, so that none is always last.
    """
    first = int(moment.timestamp() // 60)
    for step in range(SHARDS):
        yield from _shard(client, table, partition(queue, (first + step) % SHARDS), "<", to_iso(moment))


def after(client: DynamoDBClient, table: str, queue: str, position: str) -> Iterator[Item]:
    """Keys of the items of ``queue`` past ``position`` (a ``gsi2sk``, or nothing), in order over all shards.

    Costs a query for each of the 16 shards, and one more every 50 items of one.
    """
    shards = (
        _shard(client, table, partition(queue, shard), ">", position or "0", page=_PAGE)
        for shard in range(SHARDS)
    )
    return merge(*shards, key=lambda item: item["gsi2sk"]["S"])


def _shard(
    client: DynamoDBClient, table: str, shard: str, relation: str, position: str, page: int | None = None
) -> Iterator[Item]:
    pages = client.get_paginator("query").paginate(
        TableName=table,
        IndexName="gsi2",
        KeyConditionExpression=f"gsi2pk = :shard AND gsi2sk {relation} :position",
        ExpressionAttributeValues={":shard": {"S": shard}, ":position": {"S": position}},
        PaginationConfig={"PageSize": page} if page else {},
    )
    for found in pages:
        yield from found["Items"]
