"""What waits in a status, in the order in which it came into it: the index ``gsi2`` over all its shards."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from typing import TYPE_CHECKING

from lumenstock.adapters.aws.rows import WORK_SHARDS, work_partition
from lumenstock.catalog.states import Status
from lumenstock.kernel.ids import ImageId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PAGE = 50


class DynamoWorkList:
    """Implements :class:`lumenstock.ingest.work_queue.WorkList`."""

    def __init__(self, client: DynamoDBClient, catalog_table: str) -> None:
        """A view of the index of ``catalog_table``."""
        self._client = client
        self._table = catalog_table

    def waiting_after(self, status: Status, position: str) -> Iterator[tuple[str, ImageId]]:
        """See the protocol. Costs a query for each of the 16 shards, and one more every 50 images of one."""
        yield from merge(*(self._shard(status, number, position) for number in range(WORK_SHARDS)))

    def _shard(self, status: Status, number: int, position: str) -> Iterator[tuple[str, ImageId]]:
        pages = self._client.get_paginator("query")
        for page in pages.paginate(
            TableName=self._table,
            IndexName="gsi2",
            KeyConditionExpression="gsi2pk = :status AND gsi2sk > :position",
            ExpressionAttributeValues={
                ":status": {"S": work_partition(status, number)},
                ":position": {"S": position or "0"},
            },
            PaginationConfig={"PageSize": _PAGE},
        ):
            for item in page["Items"]:
                yield item["gsi2sk"]["S"], ImageId(item["pk"]["S"].removeprefix("IMG#"))
