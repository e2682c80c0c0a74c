"""Counts AWS calls in process, by a hook of botocore, in the units in which AWS bills them."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tools.aws_from_memory import AwsFromMemory

Units = defaultdict[str, float]

_KIB = 1024
_READ_UNIT_BYTES = 4 * _KIB
_INDEXES = ("gsi1", "gsi2")
_S3_WRITES = frozenset({"PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"})


def item_bytes(item: Mapping[str, Any]) -> int:
    """Size of an item as DynamoDB counts it.

    Source: Amazon DynamoDB developer guide, "DynamoDB item sizes and formats".
    """
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        return len(content) // 2 + 2
    if kind == "B":
        return len(content)
    if kind == "L":
        return 3 + sum(1 + _value_bytes(entry) for entry in content)
    if kind == "M":
        return 3 + sum(1 + len(name) + _value_bytes(entry) for name, entry in content.items())
    return 1  # BOOL, NULL


def index_writes(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> int:
    """Write units of the keys-only indexes: one for a key that goes, one for a key that comes."""
    units = 0
    for index in _INDEXES:
        before, after = (
            (item.get(f"{index}pk"), item.get(f"{index}sk")) if item and f"{index}pk" in item else None
            for item in (old, new)
        )
        if before != after:
            units += (before is not None) + (after is not None)
    return units


@dataclass
class Meter:
    """What the calls since the last :meth:`take` are billed as, and how long they wait.

    Attributes:
        units: Billed units by their name in prices.json.
        calls: Calls by ``service.kind``, for the waits.
        stream: Changes of the catalogue, as its stream tells them.
    """

    memory: AwsFromMemory
    units: Units = field(default_factory=lambda: defaultdict(float))
    calls: Counter[str] = field(default_factory=Counter)
    stream: list[dict[str, Any]] = field(default_factory=list)

    def watch(self, *clients: Any) -> None:  # noqa: ANN401 - clients of any service
        """Count the calls of these clients."""
        for client in clients:
            client.meta.events.register("before-parameter-build", self._count)

    def take(self) -> tuple[Units, Counter[str]]:
        """The units and calls so far; counting begins anew."""
        taken = self.units, self.calls
        self.units, self.calls = defaultdict(float), Counter()
        return taken

    def _count(self, params: Mapping[str, Any], model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's
        service, operation = model.service_model.service_name, model.name
        if service == "s3":
            kind = "write" if operation in _S3_WRITES else "read"
            self.units[f"s3.{kind}"] += 1
            self.calls[f"s3.{kind}"] += 1
            if operation == "GetObject":
                self.calls["s3.byte"] += len(self.memory.objects[params["Key"]])
        elif service == "dynamodb":
            self.calls["dynamodb"] += 1
            self._count_dynamodb(operation, params)
        elif service == "events":
            self.calls["events"] += 1
            self.units["events.event"] += len(params["Entries"])
        elif service == "sqs":
            self.calls["sqs"] += 1
            self.units["sqs.request"] += 1
        elif service == "stepfunctions":
            self.units["express.request"] += 1
        elif service != "secretsmanager":  # read once a process, not once a photo
            message = f"No price is known for {service}.{operation}."
            raise LookupError(message)

    def _count_dynamodb(self, operation: str, params: Mapping[str, Any]) -> None:
        if operation == "PutItem":
            self._count_put(params, 1)
        elif operation == "BatchWriteItem":
            for request in (one for asked in params["RequestItems"].values() for one in asked):
                self._count_put(request["PutRequest"], 1)
        elif operation == "TransactWriteItems":
            self._count_transaction(params)
        elif operation in {"UpdateItem", "DeleteItem"}:
            found = self.memory.item(params["Key"]) or {}
            written = item_bytes(found) + item_bytes(params.get("ExpressionAttributeValues", {}))
            self.units["dynamodb.write_unit"] += -(-written // _KIB)
        else:
            self._count_reads(operation, params)

    def _count_reads(self, operation: str, params: Mapping[str, Any]) -> None:
        if operation == "GetItem":
            self._count_read([self.memory.item(params["Key"])], params)
        elif operation == "BatchGetItem":
            for asked in params["RequestItems"].values():
                for key in asked["Keys"]:
                    self._count_read([self.memory.item(key)], asked)
        elif operation == "Query":
            self._count_read(self.memory.partition(params["ExpressionAttributeValues"]), params)
        else:
            message = f"No price is known for dynamodb.{operation}."
            raise LookupError(message)

    def _count_transaction(self, params: Mapping[str, Any]) -> None:
        """Everything in a transaction is billed twice, checks included."""
        for part in params["TransactItems"]:
            if "Put" in part:
                self._count_put(part["Put"], 2)
            else:
                self.units["dynamodb.write_unit"] += 2

    def _count_read(self, found: Sequence[Mapping[str, Any] | None], asked: Mapping[str, Any]) -> None:
        """One read, of an item or of a partition: a unit for each 4 KiB, half as much if it may be stale."""
        units = max(1, -(-sum(item_bytes(item or {}) for item in found) // _READ_UNIT_BYTES))
        self.units["dynamodb.read_unit"] += units if asked.get("ConsistentRead") else units / 2

    def _count_put(self, put: Mapping[str, Any], factor: int) -> None:
        item, old = put["Item"], self.memory.item(put["Item"])
        units = -(-max(item_bytes(item), item_bytes(old or {})) // _KIB) + index_writes(old, item)
        self.units["dynamodb.write_unit"] += factor * units
        if put.get("TableName") == "catalog":
            keys = {"pk": item["pk"], "sk": item["sk"]}
            change = {"Keys": keys, "NewImage": item, "SequenceNumber": str(len(self.stream))}
            change["ApproximateCreationDateTime"] = time.time()
            self.calls["changes"] += 1
            self.stream.append({"dynamodb": change | ({"OldImage": old} if old else {})})
