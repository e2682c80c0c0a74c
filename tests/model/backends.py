"""What lies in moto's stores, read and emptied past the API: hooks would see it there, and it costs a half more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.backends import get_backend

from tests.conftest import ACCOUNTS, CATALOG, DERIVATIVES, FINGERPRINTS, IDEMPOTENCY, ORIGINALS
from tests.model.history import Row

ACCOUNT, REGION = "123456789012", "us-east-1"
_WRITTEN_AT_S = 1_767_323_045.0


def clear() -> None:
    """Empty all stores for the next world."""
    for name in (CATALOG, FINGERPRINTS, ACCOUNTS, IDEMPOTENCY):
        table = _tables()[name]
        table.items.clear()
        if table.stream_shard:
            table.stream_shard.items.clear()
    buckets = get_backend("s3")[ACCOUNT]["aws"].buckets
    for bucket in (ORIGINALS, DERIVATIVES):
        buckets[bucket].keys.clear()
        buckets[bucket].multiparts.clear()
    get_backend("cloudfront")[ACCOUNT]["aws"].invalidations.clear()
    for queue in get_backend("sqs")[ACCOUNT][REGION].queues.values():
        queue._messages.clear()
        queue.pending_messages.clear()
        queue.pending_message_groups.clear()
        queue.deleted_messages.clear()


def records() -> list[dict[str, Any]]:
    """All that the catalogue's stream ever said, as Lambda hands it over: the time is a number."""
    shard = _tables()[CATALOG].stream_shard
    assert shard is not None
    return [
        {**one, "dynamodb": {**one["dynamodb"], "ApproximateCreationDateTime": _WRITTEN_AT_S}}
        for one in (item.to_json() for item in shard.items)
    ]


def writes() -> Iterator[tuple[Row | None, Row]]:
    """Every write of an image's row: what was there, and what came."""
    for one in records():
        data = one["dynamodb"]
        if data["Keys"]["sk"]["S"] == "A" and data["Keys"]["pk"]["S"].startswith("IMG#"):
            old = data.get("OldImage")
            yield (Row.of(old) if old else None), Row.of(data["NewImage"])


def rows() -> list[Row]:
    """The rows as they stand."""
    return [
        Row.of(item)
        for item in _items(CATALOG)
        if item["sk"]["S"] == "A" and item["pk"]["S"].startswith("IMG#")
    ]


def files() -> frozenset[str]:
    """Keys of the public bucket."""
    return frozenset(get_backend("s3")[ACCOUNT]["aws"].buckets[DERIVATIVES].keys.keys())


def vectors() -> dict[str, int]:
    """Revision of the vector, by image."""
    return {
        item["pk"]["S"].removeprefix("IMG#"): int(item["rev"]["N"])
        for item in _items(CATALOG)
        if item["sk"]["S"].startswith("VEC#")
    }


def claims() -> dict[str, str]:
    """Owner by sha256."""
    return {
        item["pk"]["S"].removeprefix("SHA#"): item["owner"]["S"]
        for item in _items(FINGERPRINTS)
        if item["pk"]["S"].startswith("SHA#") and item["sk"]["S"] == "A"
    }


def forgotten() -> frozenset[str]:
    """Prefixes that the edge was told to forget."""
    told = get_backend("cloudfront")[ACCOUNT]["aws"].invalidations.values()
    paths = [path for one in told for invalidation in one for path in invalidation.paths]
    return frozenset(path.removeprefix("/").rstrip("*") for path in paths)


def originals() -> list[str]:
    """Keys of the private bucket, of whatever version."""
    keys = get_backend("s3")[ACCOUNT]["aws"].buckets[ORIGINALS].keys
    return [key for key in keys if keys.getlist(key)]


def unfinished() -> list[str]:
    """Keys of the private bucket that parts were sent for."""
    return [
        part.key_name for part in get_backend("s3")[ACCOUNT]["aws"].buckets[ORIGINALS].multiparts.values()
    ]


def items(table: str) -> list[dict[str, Any]]:
    """All of a table."""
    return _items(table)


def end_holds() -> None:
    """Let every message be seen that somebody had received and not deleted."""
    for queue in get_backend("sqs")[ACCOUNT][REGION].queues.values():
        for message in queue._messages:
            message.visible_at = 0


def has_purges() -> bool:
    """Whether anything is still to be deleted."""
    return any(item["sk"]["S"].startswith("PURGE#") for item in _items(CATALOG))


def _tables() -> dict[str, Any]:
    found: dict[str, Any] = get_backend("dynamodb")[ACCOUNT][REGION].tables
    return found


def _items(table: str) -> list[dict[str, Any]]:
    found = _tables()[table].items
    return [item.to_json()["Attributes"] for part in found.values() for item in part.values()]
