"""Claims on a file's content: who owns a sha256. Item ``SHA#hex`` / ``A`` of the table ``fingerprints``.

Beside it ``DOWN``: which image a moderator took down with this content. It outlives every claim.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lumenstock.adapters.aws.attributes import Item
from lumenstock.adapters.aws.rows import image_key
from lumenstock.catalog.states import DEAD
from lumenstock.kernel.ids import ImageId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    TransactItem = TransactWriteItemTypeDef
else:
    TransactItem = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ClaimTables:
    """Where claims and the rows of their owners are."""

    catalog: str
    fingerprints: str


def claim_key(sha256: str) -> Item:
    """Primary key of a claim."""
    return {"pk": {"S": f"SHA#{sha256}"}, "sk": {"S": "A"}}


def owner_of(claim: Item) -> ImageId:
    """Who holds a claim."""
    return ImageId(claim["owner"]["S"])


def first_claim(tables: ClaimTables, sha256: str, image_id: ImageId) -> TransactItem:
    """Claim for ``image_id``, if nobody has or it has itself."""
    return {
        "Put": {
            "TableName": tables.fingerprints,
            "Item": {**claim_key(sha256), "owner": {"S": image_id}},
            "ConditionExpression": "attribute_not_exists(pk) OR #owner = :me",
            "ExpressionAttributeNames": {"#owner": "owner"},
            "ExpressionAttributeValues": {":me": {"S": image_id}},
        }
    }


def inherited_claim(
    tables: ClaimTables, sha256: str, *, owner: ImageId, heir: ImageId
) -> tuple[TransactItem, TransactItem]:
    """Take a claim over, if its ``owner`` is dead and still the owner."""
    dead = {f":d{number}": {"S": str(status)} for number, status in enumerate(sorted(DEAD))}
    check: TransactItem = {
        "ConditionCheck": {
            "TableName": tables.catalog,
            "Key": image_key(owner),
            "ConditionExpression": f"#status IN ({', '.join(dead)})",
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": dead,
        }
    }
    put: TransactItem = {
        "Put": {
            "TableName": tables.fingerprints,
            "Item": {**claim_key(sha256), "owner": {"S": heir}},
            "ConditionExpression": "#owner = :owner",
            "ExpressionAttributeNames": {"#owner": "owner"},
            "ExpressionAttributeValues": {":owner": {"S": owner}},
        }
    }
    return check, put


def takedown_key(sha256: str) -> Item:
    """Primary key of what is known of a takedown."""
    return {"pk": {"S": f"SHA#{sha256}"}, "sk": {"S": "DOWN"}}


def taken_down_by(item: Item | None) -> ImageId | None:
    """The image that was taken down; None if none was, or if it was restored."""
    return ImageId(item["taken_down"]["S"]) if item and "taken_down" in item else None


def noted_takedown(tables: ClaimTables, sha256: str, image_id: ImageId) -> TransactItem:
    """Remember that ``image_id`` was taken down, the last of this content."""
    item = {**takedown_key(sha256), "taken_down": {"S": image_id}}
    return {"Put": {"TableName": tables.fingerprints, "Item": item}}


def lifted_takedown(tables: ClaimTables, sha256: str, image_id: ImageId) -> TransactItem:
    """Forget the takedown of ``image_id``, if it still is the last one."""
    return {
        "Put": {
            "TableName": tables.fingerprints,
            "Item": takedown_key(sha256),
            "ConditionExpression": "taken_down = :me",
            "ExpressionAttributeValues": {":me": {"S": image_id}},
        }
    }
