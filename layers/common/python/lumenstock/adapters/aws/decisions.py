"""Decisions and what they delete, beside the rows of the table ``catalog``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from pydantic import TypeAdapter

from lumenstock.adapters.aws import work_index
from lumenstock.adapters.aws.attributes import Item, from_attributes, to_attributes
from lumenstock.adapters.aws.bands import band_key
from lumenstock.adapters.aws.batches import READ_LIMIT, get_all
from lumenstock.adapters.aws.catalog import DynamoCatalog
from lumenstock.adapters.aws.claims import (
    ClaimTables,
    TransactItem,
    claim_key,
    first_claim,
    inherited_claim,
    lifted_takedown,
    noted_takedown,
    owner_of,
)
from lumenstock.adapters.aws.faults import failed_condition, lost_race
from lumenstock.adapters.aws.rows import image_key, to_item
from lumenstock.adapters.aws.transactions import put_new
from lumenstock.catalog.decision import Action, Decision, Ruling
from lumenstock.catalog.image import Image
from lumenstock.catalog.purge import Purge
from lumenstock.catalog.states import DEAD
from lumenstock.imaging.picture_hash import PictureHash
from lumenstock.kernel.errors import DuplicateImageError, VersionConflictError
from lumenstock.kernel.ids import ImageId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ATTEMPTS = 5
_QUEUE = "S#purging"
_DECISION = TypeAdapter(Decision)
_PURGE = TypeAdapter(Purge)


class DynamoDecisions:
    """Implements :class:`lumenstock.catalog.decision.DecisionStore`."""

    def __init__(self, client: DynamoDBClient, tables: ClaimTables) -> None:
        """``tables.fingerprints`` is needed by rulings that revive or take down, and to forget hashes."""
        self._client = client
        self._tables = tables
        self._catalog = DynamoCatalog(client, tables.catalog, tables.fingerprints)

    def decide(self, image_id: ImageId, rule: Callable[[Image], Ruling | None]) -> Image:
        """See the protocol."""
        for _ in range(_ATTEMPTS):
            present = self._catalog.get(image_id)
            ruling = rule(present)
            if ruling is None:
                return present
            items = [*self._written(present, ruling), *self._claimed(ruling), *self._remembered(ruling)]
            try:
                self._client.transact_write_items(TransactItems=items)
            except ClientError as error:
                if lost_race(error):
                    continue
                raise
            return ruling.image
        message = f"Image {image_id} changed {_ATTEMPTS} times while it was being decided on."
        raise VersionConflictError(message)

    def history(self, image_id: ImageId) -> list[Decision]:
        """See the protocol."""
        found = [_DECISION.validate_python(from_attributes(item)) for item in self._parts(image_id, "H#")]
        return sorted(found, key=lambda decision: -decision.version)

    def purges(self, image_id: ImageId) -> list[Purge]:
        """See the protocol."""
        return [_PURGE.validate_python(from_attributes(item)) for item in self._parts(image_id, "PURGE#")]

    def due(self, before: datetime) -> Iterator[Purge]:
        """See the protocol."""
        table = self._tables.catalog
        queued = work_index.before(self._client, table, _QUEUE, before)
        while keys := [{"pk": item["pk"], "sk": item["sk"]} for item in islice(queued, READ_LIMIT)]:
            for found in get_all(self._client, table, keys):
                yield _PURGE.validate_python(from_attributes(found))

    def forget_parts(self, image_id: ImageId) -> None:
        """See the protocol."""
        for prefix in ("TECH", "VEC#"):
            for item in self._parts(image_id, prefix):
                self._client.delete_item(
                    TableName=self._tables.catalog, Key={"pk": item["pk"], "sk": item["sk"]}
                )

    def forget_hash(self, image_id: ImageId, hash_hex: str) -> None:
        """See the protocol."""
        for band in PictureHash.of_hex(hash_hex).bands():
            self._client.delete_item(TableName=self._tables.fingerprints, Key=band_key(band, image_id))

    def postpone(self, purge: Purge) -> None:
        """See the protocol."""
        moment = work_index.work_keys(_QUEUE, purge.final_at, purge.image_id)["gsi2sk"]
        try:
            self._client.update_item(
                TableName=self._tables.catalog,
                Key=_purge_key(purge),
                UpdateExpression="SET gsi2sk = :moment",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues={":moment": moment},
            )
        except ClientError as error:
            if not failed_condition(error):  # else it was finished meanwhile
                raise

    def finish(self, purge: Purge) -> None:
        """See the protocol."""
        self._client.delete_item(TableName=self._tables.catalog, Key=_purge_key(purge))

    def _written(self, present: Image, ruling: Ruling) -> Iterator[TransactItem]:
        table = self._tables.catalog
        yield {
            "Put": {
                "TableName": table,
                "Item": to_item(ruling.image),
                "ConditionExpression": "version = :seen",
                "ExpressionAttributeValues": {":seen": {"N": str(present.version)}},
            }
        }
        entry = to_attributes(_DECISION.dump_python(ruling.decision, mode="json"))
        key = image_key(present.id, f"H#{ruling.decision.version:08d}")
        yield put_new(table, {**key, **entry})
        for purge in ruling.purges:
            fields = to_attributes(_PURGE.dump_python(purge, mode="json"))
            queued = work_index.work_keys(_QUEUE, purge.due_at, purge.image_id)
            yield {"Put": {"TableName": table, "Item": {**_purge_key(purge), **fields, **queued}}}

    def _claimed(self, ruling: Ruling) -> tuple[TransactItem, ...]:
        """What takes the claim on the content, if the ruling revives and the content is known.

        Raises:
            DuplicateImageError: Another living image has it.
        """
        sha256, image_id = ruling.image.source.sha256, ruling.image.id
        if sha256 is None or not ruling.revives:
            return ()
        claim = self._client.get_item(
            TableName=self._tables.fingerprints, Key=claim_key(sha256), ConsistentRead=True
        ).get("Item")
        owner = owner_of(claim) if claim else image_id
        if owner == image_id:
            return (first_claim(self._tables, sha256, image_id),)
        if self._catalog.get(owner).status not in DEAD:
            raise DuplicateImageError(
                "Exactly this file came into the catalogue as another image in the meantime."
            )
        return inherited_claim(self._tables, sha256, owner=owner, heir=image_id)

    def _remembered(self, ruling: Ruling) -> tuple[TransactItem, ...]:
        """What later copies of a file that was taken down are told by; a restoration forgets it."""
        sha256, image_id = ruling.image.source.sha256, ruling.image.id
        if sha256 is None:
            return ()
        if ruling.decision.action is Action.TAKE_DOWN:
            return (noted_takedown(self._tables, sha256, image_id),)
        if ruling.decision.action is Action.RESTORE and self._catalog.taken_down(sha256) == image_id:
            return (lifted_takedown(self._tables, sha256, image_id),)
        return ()

    def _parts(self, image_id: ImageId, prefix: str) -> Iterator[Item]:
        """The items beside an image's row whose sort key begins with ``prefix``."""
        pages = self._client.get_paginator("query")
        for page in pages.paginate(
            TableName=self._tables.catalog,
            KeyConditionExpression="pk = :image AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={":image": image_key(image_id)["pk"], ":prefix": {"S": prefix}},
            ConsistentRead=True,
        ):
            yield from page["Items"]


def _purge_key(purge: Purge) -> Item:
    return image_key(purge.image_id, f"PURGE#{purge.what}#{purge.version:08d}")
