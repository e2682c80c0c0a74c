"""Upload sessions in DynamoDB: table ``catalog``, items ``UPL#id`` / ``A``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from lumenstock.adapters.aws.attributes import from_attributes, to_attributes
from lumenstock.adapters.aws.rows import to_item
from lumenstock.adapters.aws.transactions import put_new, transact
from lumenstock.adapters.aws.uploads import count_file, kept_until, overdue_ids, upload_key
from lumenstock.adapters.aws.work_index import work_keys
from lumenstock.catalog.image import Image
from lumenstock.ingest.sessions import UploadSession
from lumenstock.kernel.errors import NotFoundError, SessionFullError
from lumenstock.kernel.ids import UploadId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_QUEUE = "U#session"
_SESSION = TypeAdapter(UploadSession)


class DynamoSessions:
    """Implements :class:`lumenstock.ingest.sessions.SessionStore`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """A view of the catalogue's table."""
        self._client = client
        self._table = table

    def put(self, session: UploadSession) -> None:
        """See the protocol."""
        fields = _SESSION.dump_python(session, mode="json", exclude_none=True)
        self._client.put_item(
            TableName=self._table,
            Item={
                **to_attributes({"kind": "session", "files": 0, **fields}),
                **upload_key(session.id),
                **(work_keys(_QUEUE, session.expires_at, session.id) if session.prefix else {}),
                **kept_until(session.expires_at),
            },
            ConditionExpression="attribute_not_exists(pk)",
        )

    def get(self, session_id: UploadId) -> UploadSession:
        """See the protocol."""
        found = self._client.get_item(TableName=self._table, Key=upload_key(session_id), ConsistentRead=True)
        item = found.get("Item")
        if item is None or item["kind"]["S"] != "session":
            message = f"There is no upload session {session_id}."
            raise NotFoundError(message)
        return _SESSION.validate_python(from_attributes(item))

    def admit(self, image: Image, session_id: UploadId) -> None:
        """See the protocol."""
        writes = [put_new(self._table, to_item(image)), count_file(self._table, session_id)]
        refused = transact(self._client, writes)
        if refused and refused[0] == 1:  # the row is not there, and the session is full
            raise SessionFullError

    def overdue(self, now: datetime) -> Iterator[UploadSession]:
        """See the protocol."""
        yield from map(self.get, overdue_ids(self._client, self._table, _QUEUE, now))

    def close(self, session_id: UploadId) -> None:
        """See the protocol."""
        self._client.update_item(
            TableName=self._table, Key=upload_key(session_id), UpdateExpression="REMOVE gsi2pk, gsi2sk"
        )
