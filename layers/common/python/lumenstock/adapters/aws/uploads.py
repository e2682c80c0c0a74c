"""Uploads in DynamoDB: table ``catalog``, items ``UPL#id`` / ``A`` and ``UPS#contributor`` / ``A``."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zlib import crc32

from botocore.exceptions import ClientError
from pydantic import TypeAdapter

from lumenstock.adapters.aws.faults import failed_condition
from lumenstock.adapters.aws.rows import (
    WORK_SHARDS,
    Item,
    from_attributes,
    to_attributes,
    to_item,
)
from lumenstock.catalog.image import Image
from lumenstock.ingest.parts import Part
from lumenstock.ingest.uploads import Upload, UploadStatus
from lumenstock.kernel.clock import to_iso
from lumenstock.kernel.errors import NotFoundError, TooManyOpenUploadsError, VersionConflictError
from lumenstock.kernel.ids import UploadId, UserId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

# A client that starts 8 at once has every transaction through after 6 rounds at most; each waits longer.
_ATTEMPTS = 8
_FIRST_PAUSE_S = 0.01
_BATCH_GET_LIMIT = 100
# An ended upload can be asked after for a week; then DynamoDB throws it away.
_KEPT = timedelta(days=7)

_UPLOAD = TypeAdapter(Upload)
_PARTS = TypeAdapter(tuple[Part, ...])


def upload_key(upload_id: str) -> Item:
    """Primary key of an upload or of an upload session."""
    return {"pk": {"S": f"UPL#{upload_id}"}, "sk": {"S": "A"}}


def overdue_partition(shard: int) -> str:
    """Partition of the work-queue index that holds what must end at its time."""
    return f"U#open#{shard:02d}"


def waiting_keys(upload_id: str, expires_at: datetime) -> Item:
    """Keys of the work-queue index for what must end at its time, and when DynamoDB may throw it away."""
    shard = crc32(upload_id.encode()) % WORK_SHARDS
    return {
        "gsi2pk": {"S": overdue_partition(shard)},
        "gsi2sk": {"S": f"{to_iso(expires_at)}#{upload_id}"},
        "purge_at": {"N": str(int((expires_at + _KEPT).timestamp()))},
    }


class DynamoUploads:
    """Implements :class:`lumenstock.ingest.uploads.UploadStore`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """A view of the catalogue's table."""
        self._client = client
        self._table = table

    def open(self, image: Image, upload: Upload, *, limit: int) -> None:
        """See the protocol."""
        writes = [
            self._put_new(to_item(image)),
            self._put_new(_to_item(upload)),
            self._count_in(upload, limit),
        ]
        refused = self._transact(writes)
        if refused:
            message = f"You have {limit} open uploads (GET /v1/contributor/uploads). Complete or abort one."
            raise TooManyOpenUploadsError(message)

    def get(self, upload_id: UploadId) -> Upload:
        """See the protocol."""
        found = self._client.get_item(TableName=self._table, Key=upload_key(upload_id), ConsistentRead=True)
        item = found.get("Item")
        if item is None or item["kind"]["S"] != "upload":
            message = f"There is no upload {upload_id}."
            raise NotFoundError(message)
        return _from_item(item)

    def open_ids(self, contributor_id: UserId) -> Sequence[UploadId]:
        """See the protocol."""
        found = self._client.get_item(
            TableName=self._table, Key=_contributor_key(contributor_id), ConsistentRead=True
        )
        return sorted(UploadId(text) for text in found.get("Item", {}).get("open", {}).get("SS", []))

    def get_many(self, upload_ids: Sequence[UploadId]) -> Mapping[UploadId, Upload]:
        """See the protocol."""
        found: dict[UploadId, Upload] = {}
        keys = [upload_key(upload_id) for upload_id in upload_ids[:_BATCH_GET_LIMIT]]
        while keys:
            answer = self._client.batch_get_item(
                RequestItems={self._table: {"Keys": keys, "ConsistentRead": True}}
            )
            for item in answer["Responses"].get(self._table, []):
                upload = _from_item(item)
                found[upload.id] = upload
            unread = answer["UnprocessedKeys"].get(self._table)
            keys = list(unread["Keys"]) if unread else []
        return found

    def begin_storage(self, upload_id: UploadId, storage_id: str) -> Upload:
        """See the protocol."""
        self._change_open(
            upload_id,
            "SET storage_id = :storage",
            {":storage": {"S": storage_id}},
            condition="attribute_not_exists(storage_id)",
        )
        return self.get(upload_id)

    def keep_parts(self, upload_id: UploadId, parts: Sequence[Part]) -> None:
        """See the protocol."""
        kept = to_attributes({":parts": _PARTS.dump_python(tuple(parts), mode="json")})
        self._change_open(upload_id, "SET parts = :parts", kept)

    def finish(self, upload: Upload, status: UploadStatus) -> Upload:
        """See the protocol."""
        writes: list[TransactWriteItemTypeDef] = [
            {
                "Update": {
                    "TableName": self._table,
                    "Key": upload_key(upload.id),
                    "UpdateExpression": "SET #status = :status REMOVE gsi2pk, gsi2sk",
                    "ConditionExpression": "#status = :open",
                    "ExpressionAttributeNames": {"#status": "status"},
                    "ExpressionAttributeValues": {
                        ":open": {"S": UploadStatus.OPEN},
                        ":status": {"S": status},
                    },
                }
            },
            {
                "Update": {
                    "TableName": self._table,
                    "Key": _contributor_key(upload.contributor_id),
                    "UpdateExpression": "DELETE #open :id",
                    "ExpressionAttributeNames": {"#open": "open"},
                    "ExpressionAttributeValues": {":id": {"SS": [upload.id]}},
                }
            },
        ]
        self._transact(writes)
        return self.get(upload.id)

    def overdue(self, now: datetime) -> Iterator[UploadId]:
        """See the protocol."""
        pages = self._client.get_paginator("query")
        for shard in range(WORK_SHARDS):
            for page in pages.paginate(
                TableName=self._table,
                IndexName="gsi2",
                KeyConditionExpression="gsi2pk = :open AND gsi2sk < :now",
                ExpressionAttributeValues={
                    ":open": {"S": overdue_partition(shard)},
                    ":now": {"S": to_iso(now)},
                },
            ):
                for item in page["Items"]:
                    yield UploadId(item["pk"]["S"].removeprefix("UPL#"))

    def _put_new(self, item: Item) -> TransactWriteItemTypeDef:
        condition = "attribute_not_exists(pk)"
        return {"Put": {"TableName": self._table, "Item": item, "ConditionExpression": condition}}

    def _count_in(self, upload: Upload, limit: int) -> TransactWriteItemTypeDef:
        """Note that the contributor has one more open; a set, so it can be listed and never counts wrong."""
        return {
            "Update": {
                "TableName": self._table,
                "Key": _contributor_key(upload.contributor_id),
                "UpdateExpression": "ADD #open :id",
                "ConditionExpression": "attribute_not_exists(#open) OR size(#open) < :limit",
                "ExpressionAttributeNames": {"#open": "open"},
                "ExpressionAttributeValues": {":id": {"SS": [upload.id]}, ":limit": {"N": str(limit)}},
            }
        }

    def _transact(self, writes: Sequence[TransactWriteItemTypeDef]) -> tuple[int, ...]:
        """Write all or nothing; the positions whose condition failed, if any did.

        Uploads of one contributor that begin or end at the same moment meet at one item; they queue up here.

        Raises:
            VersionConflictError: They kept meeting.
        """
        for attempt in range(_ATTEMPTS):
            try:
                self._client.transact_write_items(TransactItems=writes)
            except ClientError as error:
                codes = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
                refused = tuple(place for place, code in enumerate(codes) if code == "ConditionalCheckFailed")
                if refused:
                    return refused
                if "TransactionConflict" not in codes:
                    raise
                time.sleep(_FIRST_PAUSE_S * 2**attempt * (0.5 + random.random()))  # noqa: S311 - jitter
            else:
                return ()
        message = "Too many uploads of this account begin or end at once. Try again."
        raise VersionConflictError(message)

    def _change_open(self, upload_id: UploadId, how: str, values: Item, *, condition: str = "") -> None:
        """Change an upload if it is open and ``condition`` holds; otherwise nothing happens."""
        conditions = ["#status = :open", *([condition] if condition else [])]
        try:
            self._client.update_item(
                TableName=self._table,
                Key=upload_key(upload_id),
                UpdateExpression=how,
                ConditionExpression=" AND ".join(conditions),
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues={**values, ":open": {"S": UploadStatus.OPEN}},
            )
        except ClientError as error:
            if not failed_condition(error):
                raise


def _contributor_key(contributor_id: UserId) -> Item:
    return {"pk": {"S": f"UPS#{contributor_id}"}, "sk": {"S": "A"}}


def _to_item(upload: Upload) -> Item:
    fields = _UPLOAD.dump_python(upload, mode="json", exclude_none=True)
    return {
        **to_attributes({"kind": "upload", **fields}),
        **upload_key(upload.id),
        **waiting_keys(upload.id, upload.expires_at),
    }


def _from_item(item: Item) -> Upload:
    return _UPLOAD.validate_python(from_attributes(item))
