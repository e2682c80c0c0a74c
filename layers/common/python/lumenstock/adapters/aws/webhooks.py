"""Webhooks in DynamoDB: table ``accounts``, items ``USR#sub`` / ``HOOK#id``, counted in item ``HOOKS``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from pydantic import TypeAdapter

from lumenstock.adapters.aws.attributes import Item, from_attributes, to_attributes
from lumenstock.adapters.aws.faults import failed_condition
from lumenstock.adapters.aws.transactions import put_new, transact
from lumenstock.kernel.clock import to_iso
from lumenstock.kernel.errors import ConflictError, NotFoundError
from lumenstock.kernel.ids import UserId, WebhookId
from lumenstock.notification.events import EventType
from lumenstock.notification.ports import Edit, Rotation
from lumenstock.notification.webhook import DisabledBecause, Webhook

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef, UpdateItemInputTypeDef

_WEBHOOK = TypeAdapter(Webhook)
_PLAIN = TypeAdapter(dict[str, str | tuple[EventType, ...]])
_FAILURES = "failures, failing_since"
_PUT, _COUNT = 0, 1  # positions in the transaction that makes a webhook


class DynamoWebhooks:
    """Implements :class:`lumenstock.notification.ports.WebhookStore`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """A view of the table of accounts."""
        self._client = client
        self._table = table

    def create(self, webhook: Webhook, *, limit: int) -> None:
        """See the protocol."""
        fields = _WEBHOOK.dump_python(webhook, mode="json", exclude_none=True)
        put = put_new(self._table, {**_key(webhook.owner_id, webhook.id), **to_attributes(fields)})
        count = self._count(
            webhook.owner_id,
            1,
            "attribute_not_exists(hooks) OR hooks < :limit",
            {":limit": {"N": str(limit)}},
        )
        refused = transact(self._client, [put, count])
        if _COUNT in refused and _PUT not in refused:
            message = f"You have {limit} webhooks. Delete one first."
            raise ConflictError(message)

    def get(self, owner_id: UserId, webhook_id: WebhookId) -> Webhook:
        """See the protocol."""
        found = self._client.get_item(
            TableName=self._table, Key=_key(owner_id, webhook_id), ConsistentRead=True
        ).get("Item")
        if found is None:
            raise _missing(webhook_id)
        return _from_item(found)

    def of_owner(self, owner_id: UserId) -> list[Webhook]:
        """See the protocol."""
        found = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :owner AND begins_with(sk, :hooks)",
            ExpressionAttributeValues={":owner": {"S": f"USR#{owner_id}"}, ":hooks": {"S": "HOOK#"}},
            ConsistentRead=True,
        )
        return [_from_item(item) for item in found["Items"]]

    def edit(self, owner_id: UserId, webhook_id: WebhookId, edit: Edit) -> Webhook:
        """See the protocol."""
        given = {"url": edit.url, "events": edit.events, "description": edit.description}
        values = {name: value for name, value in given.items() if value is not None}
        if not values:
            return self.get(owner_id, webhook_id)
        expression = "SET " + ", ".join(f"#{name} = :{name}" for name in values)
        if edit.url is not None:
            expression += f" REMOVE {_FAILURES}"
        plain = _PLAIN.dump_python(values, mode="json")
        return self._write(owner_id, webhook_id, expression, plain, names=tuple(values))

    def rotate(self, owner_id: UserId, webhook_id: WebhookId, rotation: Rotation) -> Webhook:
        """See the protocol."""
        expression = (
            "SET previous_secret = #secret, #secret = :secret, previous_until = :until, rotated_by = :request"
        )
        values = {"secret": rotation.secret, "until": to_iso(rotation.until), "request": rotation.request}
        is_new = "(attribute_not_exists(rotated_by) OR rotated_by <> :request)"
        try:
            return self._write(owner_id, webhook_id, expression, values, names=("secret",), also=is_new)
        except NotFoundError:
            return self.get(owner_id, webhook_id)  # it is done already, unless there is none

    def enable(self, owner_id: UserId, webhook_id: WebhookId) -> Webhook:
        """See the protocol."""
        expression = f"REMOVE disabled_at, disabled_because, announced, {_FAILURES}"
        return self._write(owner_id, webhook_id, expression)

    def disable(self, webhook: Webhook, because: DisabledBecause, now: datetime) -> Webhook:
        """See the protocol."""
        expression = "SET disabled_at = :now, disabled_because = :because"
        values = {"now": to_iso(now), "because": str(because)}
        try:
            return self._write(
                webhook.owner_id, webhook.id, expression, values, also="attribute_not_exists(disabled_at)"
            )
        except NotFoundError:
            return self.get(webhook.owner_id, webhook.id)  # somebody was faster

    def announced(self, webhook: Webhook) -> None:
        """See the protocol."""
        self._write(webhook.owner_id, webhook.id, "SET announced = :yes", {"yes": True})

    def failed(self, webhook: Webhook, now: datetime) -> Webhook:
        """See the protocol."""
        expression = "SET failing_since = if_not_exists(failing_since, :now) ADD failures :one"
        return self._write(webhook.owner_id, webhook.id, expression, {"now": to_iso(now), "one": 1})

    def succeeded(self, webhook: Webhook) -> None:
        """See the protocol."""
        self._write(webhook.owner_id, webhook.id, f"REMOVE {_FAILURES}")

    def delete(self, owner_id: UserId, webhook_id: WebhookId) -> None:
        """See the protocol."""
        gone: TransactWriteItemTypeDef = {
            "Delete": {
                "TableName": self._table,
                "Key": _key(owner_id, webhook_id),
                "ConditionExpression": "attribute_exists(pk)",
            }
        }
        if transact(self._client, [gone, self._count(owner_id, -1, "hooks > :none", {":none": {"N": "0"}})]):
            raise _missing(webhook_id)

    def _count(self, owner_id: UserId, by: int, condition: str, values: Item) -> TransactWriteItemTypeDef:
        return {
            "Update": {
                "TableName": self._table,
                "Key": {"pk": {"S": f"USR#{owner_id}"}, "sk": {"S": "HOOKS"}},
                "UpdateExpression": "ADD hooks :by",
                "ConditionExpression": condition,
                "ExpressionAttributeValues": {":by": {"N": str(by)}, **values},
            }
        }

    def _write(
        self,
        owner_id: UserId,
        webhook_id: WebhookId,
        expression: str,
        values: Mapping[str, object] | None = None,
        *,
        names: tuple[str, ...] = (),
        also: str = "",
    ) -> Webhook:
        """Change a webhook that is there, and for which ``also`` holds; the webhook as it now stands."""
        request: UpdateItemInputTypeDef = {
            "TableName": self._table,
            "Key": _key(owner_id, webhook_id),
            "UpdateExpression": expression,
            "ConditionExpression": " AND ".join(filter(None, ("attribute_exists(pk)", also))),
            "ReturnValues": "ALL_NEW",
        }
        if values:
            request["ExpressionAttributeValues"] = {
                f":{name}": value for name, value in to_attributes(dict(values)).items()
            }
        if names:
            request["ExpressionAttributeNames"] = {f"#{name}": name for name in names}
        try:
            return _from_item(self._client.update_item(**request)["Attributes"])
        except ClientError as error:
            if not failed_condition(error):
                raise
            raise _missing(webhook_id) from error


def _key(owner_id: UserId, webhook_id: WebhookId) -> Item:
    return {"pk": {"S": f"USR#{owner_id}"}, "sk": {"S": f"HOOK#{webhook_id}"}}


def _from_item(item: Item) -> Webhook:
    return _WEBHOOK.validate_python(from_attributes(item))


def _missing(webhook_id: WebhookId) -> NotFoundError:
    return NotFoundError(f"You have no webhook {webhook_id}.")
