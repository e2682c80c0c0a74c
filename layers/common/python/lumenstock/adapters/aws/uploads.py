"""Uploads in DynamoDB: table ``catalog``, items ``UPL#id`` / ``A`` and ``UPS#contributor`` / ``A``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from pydantic import TypeAdapter

from lumenstock.adapters.aws import work_index
from lumenstock.adapters.aws.attributes import Item, from_attributes, to_attributes
from lumenstock.adapters.aws.batches import READ_LIMIT, get_all
from lumenstock.adapters.aws.faults import failed_condition
from lumenstock.adapters.aws.rows import to_item
from lumenstock.adapters.aws.transactions import put_new, transact
from lumenstock.catalog.image import Image
from lumenstock.ingest.parts import Part
from lumenstock.ingest.uploads import Upload, UploadStatus
from lumenstock.kernel.errors import NotFoundError, SessionFullError, TooManyOpenUploadsError
from lumenstock.kernel.ids import UploadId, UserId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

# An ended upload can be asked after for this long. Messages in a dead-letter queue name sessions for 14 days.
_KEPT = timedelta(days=21)

_SESSION = 3  # position of the session in the transaction that opens an upload

_QUEUE = "U#open"
_UPLOAD = TypeAdapter(Upload)
_PARTS = TypeAdapter(tuple[Part, ...])


def upload_key(upload_id: str) -> Item:
    """Primary key of an upload or of an upload session."""
    return {"pk": {"S": f"UPL#{upload_id}"}, "sk": {"S": "A"}}


def overdue_ids(client: DynamoDBClient, table: str, queue: str, now: datetime) -> Iterator[UploadId]:
    """Ids of what should have ended before ``now``."""
    for keys in work_index.before(client, table, queue, now):
        yield UploadId(keys["pk"]["S"].removeprefix("UPL#"))


def kept_until(expires_at: datetime) -> Item:
    """When DynamoDB may throw an ended upload or session away."""
    return {"purge_at": {"N": str(int((expires_at + _KEPT).timestamp()))}}


def count_file(table: str, session_id: UploadId) -> TransactWriteItemTypeDef:
    """One write of a transaction: count a file of a session that is not full."""
    return {
        "Update": {
            "TableName": table,
            "Key": upload_key(session_id),
            "UpdateExpression": "ADD files :one",
            "ConditionExpression": "files < max_files",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
    }


class DynamoUploads:
    """Implements :class:`lumenstock.ingest.uploads.UploadStore`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """A view of the catalogue's table."""
        self._client = client
        self._table = table

    def open(self, image: Image, upload: Upload, *, limit: int, session_id: UploadId | None = None) -> None:
        """See the protocol."""
        writes = [
            put_new(self._table, to_item(image)),
            put_new(self._table, _to_item(upload)),
            self._count_in(upload, limit),
        ]
        if session_id:
            writes.append(count_file(self._table, session_id))
        refused = transact(self._client, writes)
        if _SESSION in refused:
            raise SessionFullError
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
        keys = [upload_key(upload_id) for upload_id in upload_ids[:READ_LIMIT]]
        found = (_from_item(item) for item in get_all(self._client, self._table, keys))
        return {upload.id: upload for upload in found}

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
        transact(self._client, writes)
        return self.get(upload.id)

    def overdue(self, now: datetime) -> Iterator[UploadId]:
        """See the protocol."""
        return overdue_ids(self._client, self._table, _QUEUE, now)

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
        **work_index.work_keys(_QUEUE, upload.expires_at, upload.id),
        **kept_until(upload.expires_at),
    }


def _from_item(item: Item) -> Upload:
    return _UPLOAD.validate_python(from_attributes(item))
