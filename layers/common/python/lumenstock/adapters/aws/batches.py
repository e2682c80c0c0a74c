"""Many items at once. DynamoDB takes a part of a batch when it is busy, and names the rest."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lumenstock.adapters.aws.attributes import Item
from lumenstock.kernel.errors import UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import KeysAndAttributesTypeDef, WriteRequestTypeDef

READ_LIMIT = 100
WRITE_LIMIT = 25

# Together 1.3 s on average, and 1.9 s at most: an API function has ten seconds for all that it does.
_ATTEMPTS = 8
_FIRST_PAUSE_S = 0.01


def get_all(client: DynamoDBClient, table: str, keys: Sequence[Item], fields: str = "") -> Iterator[Item]:
    """The items of up to 100 different keys, strongly consistent, in no order; missing ones are left out.

    Args:
        client: For the table.
        table: Its name.
        keys: Of the items.
        fields: Which attributes are wanted, a projection expression; all when empty.

    Raises:
        UnavailableError: The table kept leaving some unread.
        ValueError: There are more than 100 keys.
    """
    if len(keys) > READ_LIMIT:
        message = f"At most {READ_LIMIT} items can be read at once."
        raise ValueError(message)
    rest = list(keys)
    for _ in _attempts() if rest else ():
        wanted: KeysAndAttributesTypeDef = {"Keys": rest, "ConsistentRead": True}
        if fields:
            wanted["ProjectionExpression"] = fields
        answer = client.batch_get_item(RequestItems={table: wanted})
        yield from answer["Responses"].get(table, [])
        unread = answer["UnprocessedKeys"].get(table)
        if not unread:
            return
        rest = list(unread["Keys"])
    if rest:
        message = f"{len(rest)} of {len(keys)} items were not read."
        raise UnavailableError(message)


def put_all(client: DynamoDBClient, table: str, items: Sequence[Item]) -> None:
    """Write items over whatever is there; it may be done again.

    Raises:
        UnavailableError: The table kept refusing some; others are written.
    """
    for at in range(0, len(items), WRITE_LIMIT):
        requests: list[WriteRequestTypeDef] = [
            {"PutRequest": {"Item": item}} for item in items[at : at + WRITE_LIMIT]
        ]
        _write(client, table, requests)


def _write(client: DynamoDBClient, table: str, requests: Sequence[WriteRequestTypeDef]) -> None:
    rest = list(requests)
    for _ in _attempts():
        unwritten = client.batch_write_item(RequestItems={table: rest})["UnprocessedItems"].get(table)
        if not unwritten:
            return
        rest = [{"PutRequest": {"Item": dict(one["PutRequest"]["Item"])}} for one in unwritten]
    message = f"{len(rest)} of {len(requests)} items were not written."
    raise UnavailableError(message)


def _attempts() -> Iterator[None]:
    """One after the other, and before each but the first a rest, twice as long as the last."""
    for attempt in range(_ATTEMPTS):
        if attempt:
            rest_s = _FIRST_PAUSE_S * 2 ** (attempt - 1)
            time.sleep(rest_s * (0.5 + random.random()))  # noqa: S311 - jitter  # nosec B311
        yield
