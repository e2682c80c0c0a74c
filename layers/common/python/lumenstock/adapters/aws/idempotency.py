"""Requests with an Idempotency-Key: table ``idempotency``, item ``IDEM#sub#path#key`` / ``A``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lumenstock.adapters.aws.faults import failed_condition
from lumenstock.kernel.errors import IdempotencyKeyReusedError, RequestInProgressError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at one request.

    Attributes:
        key: Caller, path and the client's key.
        fingerprint: Hash of the body.
        token: Drawn for this try, so that a late one cannot write over its successor.
        busy_until: When a try that has not finished counts as dead.
        expires_at: When the answer is forgotten.
    """

    key: str
    fingerprint: str
    token: str
    busy_until: datetime
    expires_at: datetime


class IdempotencyStore:
    """Remembers attempts and their answers."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """A view of ``table``."""
        self._client = client
        self._table = table

    def begin(self, attempt: Attempt, now: datetime) -> str | None:
        """Claim the request for ``attempt``.

        Returns:
            None if the claim is ours; the earlier answer if the request is done already.

        Raises:
            RequestInProgressError: Another attempt is alive.
            IdempotencyKeyReusedError: The key was used with another body.
        """
        try:
            self._client.put_item(
                TableName=self._table,
                Item={
                    **_key(attempt),
                    "fingerprint": {"S": attempt.fingerprint},
                    "attempt": {"S": attempt.token},
                    "busy_until": _seconds(attempt.busy_until),
                    "expires_at": _seconds(attempt.expires_at),
                },
                ConditionExpression=(
                    "attribute_not_exists(pk) OR expires_at < :now"
                    " OR (attribute_not_exists(answer) AND busy_until < :now)"
                ),
                ExpressionAttributeValues={":now": _seconds(now)},
            )
        except ClientError as error:
            if failed_condition(error):
                return self._earlier(attempt)
            raise
        return None

    def finish(self, attempt: Attempt, answer: str) -> None:
        """Keep the answer, if the request is still ours."""
        self._if_ours(attempt, answer)

    def abandon(self, attempt: Attempt) -> None:
        """Give the request back, if it is still ours: it may be tried again at once."""
        self._if_ours(attempt, None)

    def _earlier(self, attempt: Attempt) -> str | None:
        found = self._client.get_item(TableName=self._table, Key=_key(attempt), ConsistentRead=True).get(
            "Item"
        )
        if found is not None and found["attempt"]["S"] == attempt.token:
            return None  # our own claim, sent again by botocore because its answer got lost
        if found is not None and found["fingerprint"]["S"] != attempt.fingerprint:
            message = "This Idempotency-Key came before with another body. Send a new key."
            raise IdempotencyKeyReusedError(message)
        if found is None or "answer" not in found:
            message = "The same request is being worked on. Wait, then send it again."
            raise RequestInProgressError(message)
        return found["answer"]["S"]

    def _if_ours(self, attempt: Attempt, answer: str | None) -> None:
        ours: dict[str, AttributeValueTypeDef] = {":attempt": {"S": attempt.token}}
        try:
            if answer is None:
                self._client.delete_item(
                    TableName=self._table,
                    Key=_key(attempt),
                    ConditionExpression="attempt = :attempt",
                    ExpressionAttributeValues=ours,
                )
            else:
                self._client.update_item(
                    TableName=self._table,
                    Key=_key(attempt),
                    UpdateExpression="SET answer = :answer",
                    ConditionExpression="attempt = :attempt",
                    ExpressionAttributeValues={**ours, ":answer": {"S": answer}},
                )
        except ClientError as error:
            if not failed_condition(error):
                raise


def _key(attempt: Attempt) -> dict[str, AttributeValueTypeDef]:
    return {"pk": {"S": f"IDEM#{attempt.key}"}, "sk": {"S": "A"}}


def _seconds(moment: datetime) -> AttributeValueTypeDef:
    return {"N": str(int(moment.timestamp()))}
