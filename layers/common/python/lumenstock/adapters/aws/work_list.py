"""What waits in a status, in the order in which it came into it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lumenstock.adapters.aws import work_index
from lumenstock.adapters.aws.rows import work_queue
from lumenstock.catalog.states import Status
from lumenstock.kernel.ids import ImageId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoWorkList:
    """Implements :class:`lumenstock.ingest.work_queue.WorkList`."""

    def __init__(self, client: DynamoDBClient, catalog_table: str) -> None:
        """A view of the index of ``catalog_table``."""
        self._client = client
        self._table = catalog_table

    def waiting_after(self, status: Status, position: str) -> Iterator[tuple[str, ImageId]]:
        """See the protocol."""
        for keys in work_index.after(self._client, self._table, work_queue(status), position):
            yield keys["gsi2sk"]["S"], ImageId(keys["pk"]["S"].removeprefix("IMG#"))
