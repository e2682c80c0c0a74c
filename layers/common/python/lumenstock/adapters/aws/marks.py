"""Claims on marks in the table ``fingerprints``: items ``WM#payload48`` / ``A``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lumenstock.adapters.aws.attributes import Item
from lumenstock.adapters.aws.faults import failed_condition
from lumenstock.catalog.marks import Marked, MarkId, MarkOwner, mark_ids
from lumenstock.kernel.errors import ConflictError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoMarks:
    """Implements :class:`lumenstock.catalog.marks.MarkRegistry`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """Claims in ``table``."""
        self._client = client
        self._table = table

    def claim(self, owner: MarkOwner) -> MarkId:
        """See the protocol."""
        for mark in mark_ids(owner):
            if self._put(mark, owner):
                return mark
        message = f"Every mark of {owner.kind} {owner.id} is taken."
        raise ConflictError(message)

    def owner(self, mark: MarkId) -> MarkOwner | None:
        """See the protocol."""
        item = self._client.get_item(TableName=self._table, Key=_key(mark), ConsistentRead=True).get("Item")
        return MarkOwner(Marked(item["kind"]["S"]), item["owner"]["S"]) if item else None

    def _put(self, mark: MarkId, owner: MarkOwner) -> bool:
        """Whether the mark is now the owner's."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item={**_key(mark), "kind": {"S": owner.kind}, "owner": {"S": owner.id}},
                ConditionExpression="attribute_not_exists(pk) OR (kind = :kind AND #owner = :owner)",
                ExpressionAttributeNames={"#owner": "owner"},
                ExpressionAttributeValues={":kind": {"S": owner.kind}, ":owner": {"S": owner.id}},
            )
        except ClientError as error:
            if failed_condition(error):
                return False
            raise
        return True


def _key(mark: MarkId) -> Item:
    return {"pk": {"S": f"WM#{mark}"}, "sk": {"S": "A"}}
