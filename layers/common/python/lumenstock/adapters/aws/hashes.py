"""Hashes in the table ``fingerprints``: ``PH#band`` / id; what came in which hour: ``PT#hour`` / digest.

Beside them the hours that are being compared again: ``PR`` / ``hour#days``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from lumenstock.adapters.aws.attributes import Item
from lumenstock.adapters.aws.bands import band_key, band_partition
from lumenstock.adapters.aws.batches import put_all
from lumenstock.imaging.picture_hash import PictureHash
from lumenstock.ingest.near_duplicates import Round, Sighting
from lumenstock.kernel.ids import ImageId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, PaginatorConfigTypeDef

_MOST_IN_A_BAND = 200  # 15 kB, four units of reading: where more share a band, it tells little
_IDS_IN_AN_ITEM = 32  # a batch; with 26 bytes an id it stays below 1 kB, which is one unit of writing
_KEPT = timedelta(days=8)  # a day longer than the last second look
_TAKEN_UP = timedelta(days=1)
_ROUNDS = "PR"


class DynamoHashes:
    """Implements :class:`lumenstock.ingest.near_duplicates.HashBook`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """Keep hashes in ``table``."""
        self._client = client
        self._table = table

    def note(self, sightings: Sequence[Sighting], hour: str) -> None:
        """See the protocol."""
        items = [item for seen in sightings for item in _bands(seen)]
        ids = sorted(seen.id for seen in sightings)
        items += [
            _arrivals(ids[at : at + _IDS_IN_AN_ITEM], hour) for at in range(0, len(ids), _IDS_IN_AN_ITEM)
        ]
        put_all(self._client, self._table, items)

    def sharing_a_band(self, hashed: PictureHash, *, settled: bool = False) -> list[Sighting]:
        """See the protocol. Costs a query for each band in doubt, eight in all."""
        found: dict[ImageId, Sighting] = {}
        for band in hashed.bands_in_doubt():
            for item in self._partition(band_partition(band), most=_MOST_IN_A_BAND, settled=settled):
                seen = Sighting(ImageId(item["sk"]["S"]), _hash(item))
                found[seen.id] = seen
        return list(found.values())

    def noted_in(self, hour: str) -> list[ImageId]:
        """See the protocol."""
        ids = {text for item in self._partition(f"PT#{hour}", settled=True) for text in item["ids"]["SS"]}
        return [ImageId(text) for text in sorted(ids)]

    def begin(self, rounds: Sequence[Round]) -> None:
        """See the protocol."""
        put_all(self._client, self._table, [_round(one) for one in rounds])

    def begun(self) -> list[Round]:
        """See the protocol."""
        keys = [item["sk"]["S"].partition("#") for item in self._partition(_ROUNDS, settled=False)]
        return [Round(hour, int(days)) for hour, _, days in keys]

    def finish(self, done: Round) -> None:
        """See the protocol."""
        self._client.delete_item(TableName=self._table, Key=_round_key(done))

    def _partition(self, pk: str, *, settled: bool, most: int | None = None) -> Iterator[Item]:
        """The items of a partition, the newest ids first; no more than ``most``."""
        # Without a page as small, the engine reads a megabyte, and bills it, before the rest is dropped here.
        limit: PaginatorConfigTypeDef = {"MaxItems": most, "PageSize": most} if most else {}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": pk}},
            ConsistentRead=not settled,  # else what another worker noted a moment ago may be missing
            ScanIndexForward=False,
            PaginationConfig=limit,
        )
        for page in pages:
            yield from page["Items"]


def _bands(seen: Sighting) -> Iterator[Item]:
    for band in seen.hash.bands():
        yield {
            **band_key(band, seen.id),
            "hash": {"B": bytes.fromhex(seen.hash.hex)},
        }


def _arrivals(ids: Sequence[ImageId], hour: str) -> Item:
    """One item for all of a batch. Its key follows from them: a repeat writes it again, and no other."""
    return {
        "pk": {"S": f"PT#{hour}"},
        "sk": {"S": hashlib.sha256("".join(ids).encode()).hexdigest()[:16]},
        "ids": {"SS": list(ids)},
        "purge_at": _after(hour, _KEPT),
    }


def _round_key(one: Round) -> Item:
    return {"pk": {"S": _ROUNDS}, "sk": {"S": f"{one.hour}#{one.days}"}}


def _round(one: Round) -> Item:
    return {**_round_key(one), "purge_at": _after(one.hour, timedelta(days=one.days) + _TAKEN_UP)}


def _after(hour: str, kept: timedelta) -> AttributeValueTypeDef:
    begun = datetime.strptime(hour, "%Y%m%d%H").replace(tzinfo=UTC)
    return {"N": str(int((begun + kept).timestamp()))}


def _hash(item: Item) -> PictureHash:
    return PictureHash(int.from_bytes(bytes(item["hash"]["B"]), "big"))
