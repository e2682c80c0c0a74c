"""Faults during an ingest: nothing is lost, nothing is doubled, and what fails says so and can be retried."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psutil
import pytest

from functions.manifest import FUNCTIONS
from localcloud import engine, logs
from lumenstock.imaging.formats import Format
from tests.e2e import journey
from tests.e2e.stage import Person, Stage
from tests.e2e.workers import workers
from tests.pictures import jpeg

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600, func_only=True)]

PICTURES = 50
# What works on pictures. The API's workers are not killed here.
WORKERS = [
    f"lumenstock-local-{spec.name}" for spec in FUNCTIONS if spec.service in {"ingest", "embed", "indexer"}
]
# One runs once a minute, for milliseconds, the other once an hour.
NEVER_WARM = {"lumenstock-local-ingest-sweep", "lumenstock-local-embed-second-look"}


@dataclass
class History:
    """What the client saw.

    Attributes:
        sent: Ids whose bytes S3 acknowledged.
        ends: Last status of each.
    """

    sent: list[str] = field(default_factory=list)
    ends: dict[str, journey.Status] = field(default_factory=dict)


@pytest.fixture
def local(cloud: Stage) -> Stage:
    if cloud.home is None:
        pytest.skip("kills processes of this machine")
    return cloud


def kill_each_once(cloud: Stage, stop: threading.Event, killed: Counter[str]) -> None:
    """Kill one worker of each kind while it is there to be killed."""
    assert cloud.home
    wanted = set(WORKERS) - NEVER_WARM
    while wanted and not stop.is_set():
        for worker in workers(cloud.home):
            if worker.function in wanted:
                with suppress(psutil.NoSuchProcess):  # it ended by itself
                    worker.process.kill()
                    wanted.discard(worker.function)
                    killed[worker.function] += 1
        time.sleep(0.5)


@contextmanager
def denied(cloud: Stage, key: str) -> Iterator[None]:
    """A bucket policy that lets nobody read ``key``."""
    s3, bucket = cloud.operator.s3, cloud.outputs["OriginalsBucket"]
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:GetObject", "s3:GetObjectVersion"],
        "Resource": f"arn:aws:s3:::{bucket}/{key}",
    }
    try:
        before = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    except s3.exceptions.ClientError:  # where there is no TLS to ask for, the bucket has none
        before = ""
    statements = json.loads(before)["Statement"] if before else []
    policy = {"Version": "2012-10-17", "Statement": [*statements, statement]}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    try:
        yield
    finally:
        if before:
            s3.put_bucket_policy(Bucket=bucket, Policy=before)
        else:
            s3.delete_bucket_policy(Bucket=bucket)


def key_of(cloud: Stage, image_id: str) -> str:
    """Where an announced picture will lie."""
    found = cloud.operator.dynamodb.get_item(
        TableName=cloud.outputs["CatalogTable"], Key={"pk": {"S": f"IMG#{image_id}"}, "sk": {"S": "A"}}
    )
    return str(found["Item"]["source"]["M"]["key"]["S"])


def receives_of(cloud: Stage, image_id: str) -> list[int]:
    """What the dispatcher counted at each receive of an upload's message."""
    assert cloud.home
    lines = logs.once(cloud.operator.logs, engine.daemon(cloud.home).log_file, minutes=10)
    return [
        line.fields["receives"]
        for line in lines
        if line.text == "upload_dispatched" and line.fields.get("image_id") == image_id
    ]


def test_killed_workers_lose_and_double_nothing(local: Stage, contributor: Person) -> None:
    history, killed, stop = History(), Counter[str](), threading.Event()
    damaged = journey.upload(contributor, jpeg(1600, 1200, comment=b"damaged")[:-20_000], title="damaged")
    killer = threading.Thread(target=kill_each_once, args=(local, stop, killed))
    killer.start()
    try:
        with ThreadPoolExecutor(4) as pool:
            history.sent += pool.map(
                lambda number: journey.upload(contributor, title=f"Fault {number}"), range(PICTURES)
            )
        raw = journey.upload(contributor, journey.new_camera_raw(), contentType=Format.DNG.media_type)
        history.sent.append(raw)
        for image_id in history.sent:
            status = journey.settled(contributor, image_id, within_s=240)
            if status["status"] == "processing_failed":  # told, not lost: the contributor retries
                journey.expect(contributor.api.post(f"/v1/images/{image_id}/retry"))
                status = journey.settled(contributor, image_id, within_s=120)
            history.ends[image_id] = status
    finally:
        stop.set()
        killer.join()
    assert set(killed) == set(WORKERS) - NEVER_WARM
    assert len(set(history.sent)) == PICTURES + 1
    assert Counter(status["status"] for status in history.ends.values()) == {"approved": PICTURES + 1}
    journey.wait_for(lambda: found(contributor), lambda hits: hits >= Counter(history.sent), within_s=60)
    assert {hits for image_id, hits in found(contributor).items() if image_id in history.ends} == {1}
    refused = journey.settled(contributor, damaged)
    assert refused["status"] == "rejected"
    assert [reason["code"] for reason in refused["reasons"]] == ["truncated"]
    assert all(reason["text"] and reason["needsNewUpload"] for reason in refused["reasons"])


def found(person: Person) -> Counter[str]:
    """How often a listing of the contributor's pictures shows each."""
    hits: Counter[str] = Counter()
    cursor: dict[str, str] = {}
    while True:
        page = journey.expect(
            person.api.get("/v1/search", params={"contributor": person.id, "page_size": 100, **cursor})
        )
        hits.update(result["id"] for result in page["results"])
        if not page["next_cursor"]:
            return hits
        cursor = {"cursor": page["next_cursor"]}


def test_a_denied_file_ends_in_the_dlq_and_comes_back_by_a_retry(local: Stage, contributor: Person) -> None:
    data = journey.new_picture()
    announced = journey.announce(contributor, data, title="denied")
    image_id = announced["imageId"]
    before = local.dead_letters()
    with denied(local, key_of(local, image_id)):
        journey.send(announced, data)
        failed = journey.settled(contributor, image_id, within_s=90)
        assert failed["status"] == "processing_failed"
        assert [reason["code"] for reason in failed["reasons"]] == ["processing_failed"]
        assert not failed["reasons"][0]["needsNewUpload"]
        journey.wait_for(local.dead_letters, lambda depth: depth == before + 1, within_s=30)
        assert receives_of(local, image_id) == [1, 2, 3]
    journey.expect(contributor.api.post(f"/v1/images/{image_id}/retry"))
    assert journey.approved(contributor, image_id)["reasons"] == []
