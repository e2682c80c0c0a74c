"""All images of the catalogue, read by several scans at once, with a few pages of them in memory."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from queue import Empty, Full, Queue
from threading import Event
from typing import TYPE_CHECKING

from lumenstock.adapters.aws.rows import from_item
from lumenstock.catalog.image import Image

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_WAITING_MAX = 2_000
_LOOK_S = 0.2


def scan_images(client: DynamoDBClient, table: str, segments: int = 8) -> Iterator[Image]:
    """Every image's row, in no order, as it stood when its page was read (eventually consistent).

    Whoever stops early stops the scans. A scan that fails ends all of them with its error.
    """
    rows: Queue[Image] = Queue(_WAITING_MAX)
    stop = Event()

    def read(segment: int) -> None:
        pages = client.get_paginator("scan").paginate(
            TableName=table,
            FilterExpression="sk = :row AND begins_with(pk, :image)",
            ExpressionAttributeValues={":row": {"S": "A"}, ":image": {"S": "IMG#"}},
            Segment=segment,
            TotalSegments=segments,
        )
        for page in pages:
            for item in page["Items"]:
                _put(rows, from_item(item), stop)
            if stop.is_set():
                return

    with ThreadPoolExecutor(segments, thread_name_prefix="scan") as pool:
        scans = [pool.submit(read, segment) for segment in range(segments)]
        try:
            while not (all(scan.done() for scan in scans) and rows.empty()):
                if any(scan.done() and scan.exception() for scan in scans):
                    break
                try:
                    yield rows.get(timeout=_LOOK_S)
                except Empty:
                    continue
        finally:
            stop.set()
    for scan in as_completed(scans):
        scan.result()


def _put(rows: Queue[Image], image: Image, stop: Event) -> None:
    while not stop.is_set():
        try:
            rows.put(image, timeout=_LOOK_S)
        except Full:
            continue
        return
