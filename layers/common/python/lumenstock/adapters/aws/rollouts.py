"""The record of the rollout in DynamoDB: table ``catalog``, item ``ROLLOUT`` / ``A``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import TypeAdapter

from lumenstock.adapters.aws.attributes import from_attributes, to_attributes
from lumenstock.adapters.aws.faults import is_temporary, lost_race
from lumenstock.kernel.errors import UnavailableError, VersionConflictError
from lumenstock.search.rollout import Rollout

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from lumenstock.adapters.aws.attributes import Item

_KEY: Item = {"pk": {"S": "ROLLOUT"}, "sk": {"S": "A"}}
_ROLLOUT = TypeAdapter(Rollout)


class DynamoRollouts:
    """Implements :class:`lumenstock.search.rollout.RolloutStore`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """A view of the catalogue's table."""
        self._client = client
        self._table = table

    def read(self) -> Rollout | None:
        """See the protocol."""
        try:
            found = self._client.get_item(TableName=self._table, Key=_KEY, ConsistentRead=True).get("Item")
        except (BotoCoreError, ClientError) as error:
            if not is_temporary(error):
                raise
            message = "The state of the rollout cannot be read."
            raise UnavailableError(message) from error
        return _ROLLOUT.validate_python(from_attributes(found)) if found else None

    def write(self, successor: Rollout) -> None:
        """See the protocol."""
        item = to_attributes(_ROLLOUT.dump_python(successor, mode="json")) | _KEY
        try:
            if successor.version == 1:
                self._client.put_item(
                    TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(pk)"
                )
            else:
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression="version = :before",
                    ExpressionAttributeValues={":before": {"N": str(successor.version - 1)}},
                )
        except ClientError as error:
            if not lost_race(error):
                raise
            if self.read() != successor:  # else it is ours: its answer got lost, and it was sent again
                message = "Somebody else changed the rollout at this moment. Look at its status."
                raise VersionConflictError(message) from error
