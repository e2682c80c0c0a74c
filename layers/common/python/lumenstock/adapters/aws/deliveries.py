"""Deliveries in DynamoDB: table ``accounts``, items ``HOOK#id`` / ``D#ulid``, which go by themselves."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from pydantic import TypeAdapter

from lumenstock.adapters.aws.attributes import Item, from_attributes, to_attributes
from lumenstock.adapters.aws.faults import failed_condition
from lumenstock.kernel.clock import to_iso
from lumenstock.kernel.errors import NotFoundError
from lumenstock.kernel.ids import DeliveryId, WebhookId
from lumenstock.notification.delivery import HELD, KEPT, Delivery, DeliveryStatus
from lumenstock.notification.ports import Attempt

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_DELIVERY = TypeAdapter(Delivery)


class DynamoDeliveries:
    """Implements :class:`lumenstock.notification.ports.DeliveryStore`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """A view of the table of accounts."""
        self._client = client
        self._table = table

    def record(self, delivery: Delivery) -> None:
        """See the protocol."""
        fields = _DELIVERY.dump_python(delivery, mode="json", exclude_none=True)
        try:
            self._client.put_item(
                TableName=self._table,
                Item={
                    **_key(delivery.webhook_id, delivery.id),
                    **to_attributes(fields),
                    "purge_at": {"N": str(int((delivery.created_at + KEPT).timestamp()))},
                },
                ConditionExpression="attribute_not_exists(pk)",
            )
        except ClientError as error:
            if not failed_condition(error):
                raise

    def find(self, webhook_id: WebhookId, delivery_id: DeliveryId) -> Delivery | None:
        """See the protocol."""
        found = self._client.get_item(
            TableName=self._table, Key=_key(webhook_id, delivery_id), ConsistentRead=True
        ).get("Item")
        return _from_item(found) if found else None

    def newest(self, webhook_id: WebhookId, limit: int) -> list[Delivery]:
        """See the protocol."""
        found = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :webhook AND begins_with(sk, :deliveries)",
            ExpressionAttributeValues={":webhook": {"S": f"HOOK#{webhook_id}"}, ":deliveries": {"S": "D#"}},
            ScanIndexForward=False,
            Limit=limit,
            ConsistentRead=True,
        )
        return [_from_item(item) for item in found["Items"]]

    def begin(self, delivery: Delivery, token: str, now: datetime) -> Delivery | None:
        """See the protocol."""
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=_key(delivery.webhook_id, delivery.id),
                UpdateExpression="SET holder = :token, held_until = :until ADD attempts :one",
                ConditionExpression="#round = :round AND attempts = :attempts AND #status = :waiting "
                "AND (attribute_not_exists(held_until) OR held_until <= :now)",
                ExpressionAttributeNames={"#status": "status", "#round": "round"},
                ExpressionAttributeValues={
                    ":one": {"N": "1"},
                    ":token": {"S": token},
                    ":now": {"S": to_iso(now)},
                    ":until": {"S": to_iso(now + HELD)},
                    ":round": {"N": str(delivery.round)},
                    ":attempts": {"N": str(delivery.attempts)},
                    ":waiting": {"S": DeliveryStatus.WAITING},
                },
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if not failed_condition(error):
                raise
            found = self.find(delivery.webhook_id, delivery.id)
            return found if found and found.holder == token else None
        return _from_item(answer["Attributes"])

    def tried(self, delivery: Delivery, attempt: Attempt) -> None:
        """See the protocol."""
        told: dict[str, object] = {"status": str(attempt.status), "tried_at": to_iso(attempt.at)}
        optional = {
            "status_code": attempt.status_code,
            "error": attempt.error,
            "next_at": to_iso(attempt.next_at) if attempt.next_at else None,
        }
        told |= {name: value for name, value in optional.items() if value is not None}
        forgotten = ["held_until", *(name for name, value in optional.items() if value is None)]
        expression = "SET " + ", ".join(f"#{name} = :{name}" for name in told)
        expression += " REMOVE " + ", ".join(f"#{name}" for name in forgotten)
        values = {"round": delivery.round, "delivered": str(DeliveryStatus.DELIVERED), **told}
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(delivery.webhook_id, delivery.id),
                UpdateExpression=expression,
                ConditionExpression="#round = :round AND #status <> :delivered",
                ExpressionAttributeNames={f"#{name}": name for name in ("round", *told, *forgotten)},
                ExpressionAttributeValues={
                    f":{name}": value for name, value in to_attributes(values).items()
                },
            )
        except ClientError as error:
            if not failed_condition(error):
                raise

    def replay(self, webhook_id: WebhookId, delivery_id: DeliveryId) -> Delivery:
        """See the protocol."""
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=_key(webhook_id, delivery_id),
                UpdateExpression="SET #status = :waiting, attempts = :none ADD #round :one "
                "REMOVE next_at, held_until",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeNames={"#status": "status", "#round": "round"},
                ExpressionAttributeValues={
                    ":waiting": {"S": DeliveryStatus.WAITING},
                    ":none": {"N": "0"},
                    ":one": {"N": "1"},
                },
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if not failed_condition(error):
                raise
            message = f"There is no delivery {delivery_id}, or no longer."
            raise NotFoundError(message) from error
        return _from_item(answer["Attributes"])


def _key(webhook_id: WebhookId, delivery_id: DeliveryId) -> Item:
    return {"pk": {"S": f"HOOK#{webhook_id}"}, "sk": {"S": f"D#{delivery_id}"}}


def _from_item(item: Item) -> Delivery:
    return _DELIVERY.validate_python(from_attributes(item))
