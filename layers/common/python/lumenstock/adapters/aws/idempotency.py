"""Requests with an Idempotency-Key: table ``idempotency``, item ``IDEM#sub#path#key`` / ``A``."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lumenstock.adapters.aws.attributes import Item
from lumenstock.adapters.aws.faults import failed_condition
from lumenstock.kernel.clock import from_iso, to_iso
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


@dataclass(frozen=True, slots=True)
class Claim:
    """A request that is ours to do. Whoever goes on after a death has the same, and makes the same of it.

    Attributes:
        since: When the first attempt began, to the millisecond.
        seed: Drawn for the first attempt.
    """

    since: datetime
    seed: str

    def random_bytes(self, count: int) -> bytes:
        """Up to 32 bytes for an id of what the request makes."""
        return hashlib.sha256(self.seed.encode()).digest()[:count]


class IdempotencyStore:
    """Remembers attempts and their answers."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """A view of ``table``."""
        self._client = client
        self._table = table

    def begin(self, attempt: Attempt, now: datetime) -> Claim | str:
        """Claim the request for ``attempt``.

        Returns:
            The claim, if it is ours; the earlier answer if the request is done already.

        Raises:
            RequestInProgressError: Another attempt is alive.
            IdempotencyKeyReusedError: The key was used with another body.
        """
        first: Item = {
            **_key(attempt),
            "fingerprint": {"S": attempt.fingerprint},
            "attempt": {"S": attempt.token},
            "busy_until": _seconds(attempt.busy_until),
            "expires_at": _seconds(attempt.expires_at),
            "since": {"S": to_iso(now)},
            "seed": {"S": attempt.token},
        }
        try:
            self._client.put_item(
                TableName=self._table,
                Item=first,
                ConditionExpression="attribute_not_exists(pk) OR expires_at < :now",
                ExpressionAttributeValues={":now": _seconds(now)},
            )
        except ClientError as error:
            if failed_condition(error):
                return self._earlier(attempt, now)
            raise
        return _claim(first)

    def finish(self, attempt: Attempt, answer: str) -> None:
        """Keep the answer, if the request is still ours."""
        self._if_ours(attempt, answer)

    def abandon(self, attempt: Attempt) -> None:
        """Give the request back, if it is still ours: it may be tried again at once."""
        self._if_ours(attempt, None)

    def _earlier(self, attempt: Attempt, now: datetime) -> Claim | str:
        found = self._client.get_item(TableName=self._table, Key=_key(attempt), ConsistentRead=True).get(
            "Item"
        )
        if found is None:
            raise _in_progress()
        if found["attempt"]["S"] == attempt.token:
            return _claim(found)  # our own, sent again by botocore because its answer got lost
        if found["fingerprint"]["S"] != attempt.fingerprint:
            message = "This Idempotency-Key came before with another body. Send a new key."
            raise IdempotencyKeyReusedError(message)
        if "answer" in found:
            return found["answer"]["S"]
        if int(found["busy_until"]["N"]) < int(now.timestamp()):
            return self._taken_over(attempt, found)
        raise _in_progress()

    def _taken_over(self, attempt: Attempt, dead: Item) -> Claim:
        try:
            taken = self._client.update_item(
                TableName=self._table,
                Key=_key(attempt),
                UpdateExpression="SET attempt = :ours, busy_until = :busy_until, expires_at = :expires_at",
                ConditionExpression="attempt IN (:ours, :dead) AND attribute_not_exists(answer)",
                ExpressionAttributeValues={
                    ":ours": {"S": attempt.token},
                    ":dead": dead["attempt"],
                    ":busy_until": _seconds(attempt.busy_until),
                    ":expires_at": _seconds(attempt.expires_at),
                },
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if failed_condition(error):
                raise _in_progress() from error
            raise
        return _claim(taken["Attributes"])

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


def _claim(item: Item) -> Claim:
    return Claim(from_iso(item["since"]["S"]), item["seed"]["S"])


def _in_progress() -> RequestInProgressError:
    return RequestInProgressError("The same request is being worked on. Wait, then send it again.")


def _seconds(moment: datetime) -> AttributeValueTypeDef:
    return {"N": str(int(moment.timestamp()))}
