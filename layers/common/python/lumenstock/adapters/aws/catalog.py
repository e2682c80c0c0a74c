"""The catalogue in DynamoDB: tables ``catalog`` and ``fingerprints``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lumenstock.adapters.aws import catalog_scan, work_index
from lumenstock.adapters.aws.attributes import Item, from_attributes, to_attributes
from lumenstock.adapters.aws.batches import get_all
from lumenstock.adapters.aws.claims import (
    ClaimTables,
    claim_key,
    first_claim,
    inherited_claim,
    owner_of,
    takedown_key,
    taken_down_by,
)
from lumenstock.adapters.aws.faults import failed_condition, lost_race
from lumenstock.adapters.aws.rows import (
    from_item,
    image_key,
    image_of,
    media_partition,
    to_item,
    work_queue,
)
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import DEAD, Status
from lumenstock.catalog.store import CatalogPage, Change, VectorItem
from lumenstock.kernel.errors import ConflictError, NotFoundError, VersionConflictError
from lumenstock.kernel.ids import ImageId, MediaKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_UPDATE_ATTEMPTS = 5
_CLAIM_ATTEMPTS = 3


class DynamoCatalog:
    """Implements :class:`lumenstock.catalog.store.CatalogStore`."""

    def __init__(self, client: DynamoDBClient, catalog_table: str, fingerprints_table: str = "") -> None:
        """``fingerprints_table`` is needed by what asks about a file's content only."""
        self._client = client
        self._catalog = catalog_table
        self._fingerprints = fingerprints_table
        self._tables = ClaimTables(catalog_table, fingerprints_table)

    def create(self, image: Image) -> None:
        """See the protocol."""
        try:
            self._client.put_item(
                TableName=self._catalog, Item=to_item(image), ConditionExpression="attribute_not_exists(pk)"
            )
        except ClientError as error:
            if not failed_condition(error):
                raise
            if self.get(image.id) != image:  # else it is ours: see update
                message = f"Image {image.id} exists already."
                raise ConflictError(message) from error

    def get(self, image_id: ImageId) -> Image:
        """See the protocol."""
        found = self._read(image_key(image_id))
        if found is None:
            message = f"There is no image {image_id}."
            raise NotFoundError(message)
        return from_item(found)

    def version_of(self, image_id: ImageId) -> int:
        """See the protocol."""
        found = self._client.get_item(
            TableName=self._catalog,
            Key=image_key(image_id),
            ProjectionExpression="version",
            ConsistentRead=True,
        ).get("Item")
        if found is None:
            message = f"There is no image {image_id}."
            raise NotFoundError(message)
        return int(found["version"]["N"])

    def find_public(self, media_key: MediaKey) -> Image | None:
        """See the protocol."""
        found = self._client.query(
            TableName=self._catalog,
            IndexName="gsi2",
            KeyConditionExpression="gsi2pk = :address",
            ExpressionAttributeValues={":address": {"S": media_partition(media_key)}},
            Limit=1,
        )["Items"]
        if not found:
            return None
        image = self.get(image_of(found[0]))
        return image if image.status is Status.APPROVED and image.media_key == media_key else None

    def get_many(self, image_ids: list[ImageId]) -> dict[ImageId, Image]:
        """See the protocol."""
        keys = [image_key(image_id) for image_id in dict.fromkeys(image_ids)]
        rows = (from_item(item) for item in get_all(self._client, self._catalog, keys))
        return {image.id: image for image in rows}

    def present(self, image_ids: list[ImageId]) -> set[ImageId]:
        """See the protocol."""
        keys = [image_key(image_id) for image_id in dict.fromkeys(image_ids)]
        return {image_of(item) for item in get_all(self._client, self._catalog, keys, fields="pk")}

    def update(self, image_id: ImageId, change: Change, *, seen: Image | None = None) -> Image:
        """See the protocol.

        botocore sends a write again when its answer got lost; then the condition fails on what we wrote
        ourselves, and nobody was first.
        """
        refused: Image | None = None
        if seen is not None and change(seen) is None:
            seen = None
        for _ in range(_UPDATE_ATTEMPTS):
            present = seen or self.get(image_id)
            seen = None
            if present == refused:
                return present
            successor = change(present)
            if successor is None:
                return present
            try:
                self._client.put_item(
                    TableName=self._catalog,
                    Item=to_item(successor),
                    ConditionExpression="version = :seen",
                    ExpressionAttributeValues={":seen": {"N": str(present.version)}},
                )
            except ClientError as error:
                if not lost_race(error):
                    raise
                refused = successor
            else:
                return successor
        message = f"Image {image_id} changed {_UPDATE_ATTEMPTS} times while it was being written."
        raise VersionConflictError(message)

    def claim(self, sha256: str, image_id: ImageId) -> ImageId:
        """See the protocol."""
        for _ in range(_CLAIM_ATTEMPTS):
            owner = self._put_claim(sha256, image_id)
            if owner == image_id or self._inherit_claim(sha256, owner, image_id):
                return image_id
            if self.get(owner).status not in DEAD:
                return owner
        message = f"The claim on {sha256} kept changing hands."
        raise VersionConflictError(message)

    def claimed_by(self, sha256: str) -> ImageId | None:
        """See the protocol."""
        found = self._client.get_item(TableName=self._fingerprints, Key=claim_key(sha256)).get("Item")
        return owner_of(found) if found else None

    def taken_down(self, sha256: str) -> ImageId | None:
        """See the protocol."""
        key = takedown_key(sha256)
        found = self._client.get_item(TableName=self._fingerprints, Key=key, ConsistentRead=True)
        return taken_down_by(found.get("Item"))

    def put_technical(self, image_id: ImageId, rev: int, technical: Mapping[str, object]) -> None:
        """See the protocol."""
        self._put_part(image_id, "TECH", rev, to_attributes({"technical": dict(technical)}))

    def get_technical(self, image_id: ImageId) -> Mapping[str, object]:
        """See the protocol."""
        found = self._read(image_key(image_id, "TECH"))
        technical = from_attributes(found)["technical"] if found else {}
        return technical if isinstance(technical, dict) else {}

    def put_vector(self, image_id: ImageId, item: VectorItem) -> None:
        """See the protocol."""
        fields: Item = {"vector": {"B": item.vector_f16}, "miniature": {"B": item.miniature}}
        self._put_part(image_id, f"VEC#{item.model}", item.rev, fields)

    def get_vector(self, image_id: ImageId, model: str) -> VectorItem | None:
        """See the protocol."""
        found = self._read(image_key(image_id, f"VEC#{model}"))
        return None if found is None else _vector(model, found)

    def waiting(self, status: Status, before: datetime) -> Iterator[ImageId]:
        """See the protocol."""
        for keys in work_index.before(self._client, self._catalog, work_queue(status), before):
            yield image_of(keys)

    def get_vectors(self, wanted: Sequence[tuple[ImageId, str]]) -> dict[ImageId, VectorItem]:
        """See the protocol."""
        models = dict(wanted)
        keys = [image_key(image_id, f"VEC#{model}") for image_id, model in models.items()]
        items = get_all(self._client, self._catalog, keys)
        return {image_of(item): _vector(models[image_of(item)], item) for item in items}

    def pages(self, bookmark: str | None = None) -> Iterator[CatalogPage]:
        """See the protocol."""
        return catalog_scan.pages(self._client, self._catalog, bookmark)

    def _read(self, key: Item) -> Item | None:
        return self._client.get_item(TableName=self._catalog, Key=key, ConsistentRead=True).get("Item")

    def _put_part(self, image_id: ImageId, part: str, rev: int, fields: Item) -> None:
        """Write an item beside an image's row, unless one of a later revision is there."""
        try:
            self._client.put_item(
                TableName=self._catalog,
                Item={**image_key(image_id, part), **fields, "rev": {"N": str(rev)}},
                ConditionExpression="attribute_not_exists(pk) OR rev <= :rev",
                ExpressionAttributeValues={":rev": {"N": str(rev)}},
            )
        except ClientError as error:
            if not failed_condition(error):
                raise

    def _put_claim(self, sha256: str, image_id: ImageId) -> ImageId:
        """Claim if nobody has, and say who the owner is now."""
        try:
            self._client.put_item(**first_claim(self._tables, sha256, image_id)["Put"])
        except ClientError as error:
            if not lost_race(error):
                raise
            key = claim_key(sha256)
            found = self._client.get_item(TableName=self._fingerprints, Key=key, ConsistentRead=True)
            return owner_of(found["Item"])
        return image_id

    def _inherit_claim(self, sha256: str, owner: ImageId, heir: ImageId) -> bool:
        """Take a claim over in one transaction, if its owner is dead and still the owner."""
        items = inherited_claim(self._tables, sha256, owner=owner, heir=heir)
        try:
            self._client.transact_write_items(TransactItems=items)
        except ClientError as error:
            if failed_condition(error):
                return False
            raise
        return True


def _vector(model: str, item: Item) -> VectorItem:
    looks = item.get("miniature", {"B": b""})  # one written before it was kept has none
    return VectorItem(model, bytes(item["vector"]["B"]), int(item["rev"]["N"]), bytes(looks["B"]))
