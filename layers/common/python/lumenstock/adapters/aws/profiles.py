"""Profiles in DynamoDB: table ``accounts``, item ``USR#sub`` / ``PROFILE``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lumenstock.accounts.model import Profile
from lumenstock.adapters.aws.faults import failed_condition
from lumenstock.kernel.clock import from_iso, to_iso
from lumenstock.kernel.ids import UserId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef


class DynamoProfiles:
    """Implements :class:`lumenstock.accounts.ports.ProfileStore`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """A view of ``table``."""
        self._client = client
        self._table = table

    def get(self, user_id: UserId) -> Profile | None:
        """See the protocol."""
        found = self._client.get_item(TableName=self._table, Key=_key(user_id), ConsistentRead=True).get(
            "Item"
        )
        if found is None:
            return None
        return Profile(
            id=user_id,
            email=found["email"]["S"],
            display_name=found["display_name"]["S"],
            created_at=from_iso(found["created_at"]["S"]),
        )

    def create(self, profile: Profile) -> Profile:
        """See the protocol."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item={
                    **_key(profile.id),
                    "email": {"S": profile.email},
                    "display_name": {"S": profile.display_name},
                    "created_at": {"S": to_iso(profile.created_at)},
                },
                ConditionExpression="attribute_not_exists(pk)",
            )
        except ClientError as error:
            if not failed_condition(error):
                raise
            return self.get(profile.id) or profile  # somebody was faster; profiles are never deleted here
        return profile


def _key(user_id: UserId) -> dict[str, AttributeValueTypeDef]:
    return {"pk": {"S": f"USR#{user_id}"}, "sk": {"S": "PROFILE"}}
