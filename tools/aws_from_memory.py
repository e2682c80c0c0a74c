"""AWS as a benchmark needs it: the real clients build, sign and parse, and the answers come from here."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

# As long as the real ones, which are kept in a row whose length is paid for.
_VERSION = {
    "ETag": '"9a0364b9e99bb480dd25e1f0284c8555"',
    "x-amz-version-id": "3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH",
}


class _Raw(io.BytesIO):
    """A body as urllib3 gives it."""

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


class AwsFromMemory:
    """One bucket of files, one table of items, one queue that forgets. Knows what the ingest tasks call.

    Attributes:
        objects: Bodies by the path of their URL. What is put is counted and not kept.
        puts: How many objects were put.
        events: What was sent to the event bus.
    """

    def __init__(self, *answered: Any) -> None:  # noqa: ANN401 - clients of any service
        """Answer for these clients."""
        self.objects: dict[str, bytes] = {}
        self.puts = 0
        self.events: list[Any] = []
        self._items: dict[str, Any] = {}
        for client in answered:
            client.meta.events.register("before-send", self._answer)

    def put_item(self, item: Any) -> None:  # noqa: ANN401 - an item as boto3 writes it
        """Lay an item into the table."""
        self._items[_name(item)] = item

    def item(self, key: Any) -> Any:  # noqa: ANN401 - a key as boto3 writes it
        """The item with this key; None if there is none."""
        return self._items.get(_name(key))

    def partition(self, values: Any) -> list[Any]:  # noqa: ANN401 - values as boto3 writes them
        """The items that a query finds whose values are a partition and, where it asks for one, a prefix."""
        pk, prefix = (*(value["S"] for value in values.values()), "")[:2]
        return [
            item
            for item in self._items.values()
            if item["pk"]["S"] == pk and item["sk"]["S"].startswith(prefix)
        ]

    def _answer(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        headers: Any = request.headers
        target = headers.get("X-Amz-Target")
        if target is None:
            return self._from_s3(request)
        operation = (target.decode() if isinstance(target, bytes) else target).rsplit(".", 1)[1]
        content: Any = request.body
        body = json.loads(content or b"{}")
        if operation == "PutItem":
            self.put_item(body["Item"])
        answer = getattr(self, f"_{operation}", _nothing)(body)
        return _response(request, json.dumps(answer).encode(), {"Content-Type": "application/x-amz-json-1.0"})

    def _GetItem(self, body: Any) -> Any:  # noqa: ANN401, N802 - JSON of DynamoDB's operation
        found = self._items.get(_name(body["Key"]))
        return {"Item": found} if found else {}

    def _BatchGetItem(self, body: Any) -> Any:  # noqa: ANN401, N802 - JSON of DynamoDB's operation
        found = {
            table: [self._items[_name(key)] for key in asked["Keys"] if _name(key) in self._items]
            for table, asked in body["RequestItems"].items()
        }
        return {"Responses": found, "UnprocessedKeys": {}}

    def _BatchWriteItem(self, body: Any) -> Any:  # noqa: ANN401, N802 - JSON of DynamoDB's operation
        for requests in body["RequestItems"].values():
            for request in requests:
                self.put_item(request["PutRequest"]["Item"])
        return {"UnprocessedItems": {}}

    def _DeleteItem(self, body: Any) -> Any:  # noqa: ANN401, N802 - JSON of DynamoDB's operation
        self._items.pop(_name(body["Key"]), None)
        return {}

    def _Query(self, body: Any) -> Any:  # noqa: ANN401, N802 - JSON of DynamoDB's operation
        found = self.partition(body["ExpressionAttributeValues"])
        return {"Items": found, "Count": len(found)}

    def _GetSecretValue(self, body: Any) -> Any:  # noqa: ANN401, ARG002, N802 - JSON of Secrets Manager's operation
        return {"SecretString": "a secret of sixty-four letters, as long as the one of a deployment."}

    def _StartSyncExecution(self, body: Any) -> Any:  # noqa: ANN401, ARG002, N802 - JSON of Step Functions' operation
        return {"status": "SUCCEEDED"}

    def _PutEvents(self, body: Any) -> Any:  # noqa: ANN401, N802 - JSON of EventBridge's operation
        self.events += body["Entries"]
        return {"FailedEntryCount": 0, "Entries": [{} for _ in body["Entries"]]}

    def _TransactWriteItems(self, body: Any) -> Any:  # noqa: ANN401, N802 - JSON of DynamoDB's operation
        for part in body["TransactItems"]:
            if "Put" in part:
                self.put_item(part["Put"]["Item"])
        return {}

    def _SendMessage(self, body: Any) -> Any:  # noqa: ANN401, ARG002, N802 - JSON of SQS's operation
        return {"MessageId": "1"}

    def _from_s3(self, request: AWSPreparedRequest) -> AWSResponse:
        if request.method == "PUT":
            self.puts += 1
            return _response(request, b"", _VERSION)
        body = self.objects[request.url.split("?")[0].split("/", 3)[3]]
        headers = {**_VERSION, "Content-Length": str(len(body)), "Content-Type": "image/jpeg"}
        return _response(request, b"" if request.method == "HEAD" else body, headers)


def _nothing(_: object) -> dict[str, object]:
    """The answer of an operation that only writes."""
    return {}


def _name(key: Any) -> str:  # noqa: ANN401 - a key as boto3 writes it
    return f"{key['pk']['S']}/{key['sk']['S']}"


def _response(request: AWSPreparedRequest, body: bytes, headers: Any) -> AWSResponse:  # noqa: ANN401 - a dict
    return AWSResponse(request.url, 200, headers, _Raw(body))
