"""Writes that happen together or not at all."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lumenstock.adapters.aws.attributes import Item
from lumenstock.kernel.errors import VersionConflictError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

# A client that starts 8 files at once has them all through after 6 rounds at most; each waits longer.
_ATTEMPTS = 8
_FIRST_PAUSE_S = 0.01


def put_new(table: str, item: Item) -> TransactWriteItemTypeDef:
    """One write of a transaction: put an item that is not there."""
    condition = "attribute_not_exists(pk)"
    return {"Put": {"TableName": table, "Item": item, "ConditionExpression": condition}}


def transact(client: DynamoDBClient, writes: Sequence[TransactWriteItemTypeDef]) -> tuple[int, ...]:
    """Write all or nothing; the positions whose condition failed, if any did.

    Transactions that meet at one item, such as uploads of one contributor that begin at the same moment,
    queue up here.

    Raises:
        VersionConflictError: They kept meeting.
    """
    for attempt in range(_ATTEMPTS):
        try:
            client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            codes = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
            refused = tuple(place for place, code in enumerate(codes) if code == "ConditionalCheckFailed")
            if refused:
                return refused
            if "TransactionConflict" not in codes:
                raise
            time.sleep(_FIRST_PAUSE_S * 2**attempt * (0.5 + random.random()))  # noqa: S311 - jitter  # nosec B311
        else:
            return ()
    message = "Too much begins or ends in this account at once. Try again."
    raise VersionConflictError(message)
