"""Faults during an ingest: nothing is lost, nothing is doubled, and what fails says so and can be retried."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from cli.failure import Exit
from functions.manifest import FUNCTIONS
from localcloud import engine, logs
from tests.e2e import journey
from tests.e2e.forward_proxy import forward_proxy
from tests.e2e.program import Program, originals
from tests.e2e.stage import Person, Stage
from tests.e2e.workers import workers
from tests.pictures import jpeg

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900, func_only=True)]

PICTURES = 50
# All that an ingest runs through, and what looks after it.
WORKERS = [
    f"lumenstock-local-{spec.name}"
    for spec in FUNCTIONS
    if spec.service in {"uploads", "ingest", "embed", "indexer"}
]
# What runs by the clock is started by the killer: some runs last milliseconds and come once an hour.
BY_THE_CLOCK = {"lumenstock-local-ingest-sweep", "lumenstock-local-embed-second-look"}
# What meets a file that nobody may read.
MEET_A_DENIED_FILE = {"lumenstock-local-ingest-dispatch", "lumenstock-local-ingest-validate"}


@dataclass
class Killer:
    """Kills one worker of each kind while it is there to be killed."""

    cloud: Stage
    killed: Counter[str] = field(default_factory=Counter)
    stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Kill beside what is done inside."""
        thread = threading.Thread(target=self._kill)
        thread.start()
        try:
            yield
        finally:
            self.stop.set()
            thread.join()

    def left(self) -> set[str]:
        """The kinds that live still."""
        return set(WORKERS) - set(self.killed)

    def _kill(self) -> None:
        assert self.cloud.home
        while self.left() and not self.stop.is_set():
            for name in BY_THE_CLOCK & self.left():
                self.cloud.operator.functions.invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")
            until = time.monotonic() + 2
            while time.monotonic() < until and not self.stop.is_set():
                for worker in workers(self.cloud.home):
                    if worker.function in self.left():
                        with suppress(psutil.NoSuchProcess):  # it ended by itself
                            worker.process.kill()
                            self.killed[worker.function] += 1
                time.sleep(0.1)


@pytest.fixture
def local(cloud: Stage) -> Stage:
    if cloud.home is None:
        pytest.skip("kills processes of this machine")
    return cloud


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


def test_an_ingest_under_faults_loses_and_doubles_nothing(
    local: Stage, contributor: Person, tmp_path: Path
) -> None:
    """Every kind of worker dies once, one file breaks the decoder, one may not be read for a while.

    The client is the command line, run again for what the first run could not finish; its lines are the history.
    """
    pictures = made(tmp_path / "pictures")
    denied_file = journey.new_picture()
    announced = journey.announce(contributor, denied_file, title="Denied")
    image_id, dead_before = announced["imageId"], local.dead_letters()
    killer = Killer(local)
    with forward_proxy() as traffic:
        program = Program(local, contributor, traffic, tmp_path)
        upload = ("upload", str(tmp_path / "pictures"), "--json", "--jobs", "4", "--wait", "300")
        with denied(local, key_of(local, image_id)):
            with killer.at_work(), (tmp_path / "first.jsonl").open("wb") as lines:
                first = program.start(*upload, stdout=lines)
                journey.wait_for(lambda: killer.left() & MEET_A_DENIED_FILE, lambda left: not left, 90)
                journey.send(announced, denied_file)
                assert_fails_and_says_so(local, contributor, image_id)
                journey.wait_for(first.poll, lambda code: code is not None, within_s=400)
                journey.wait_for(killer.left, lambda left: not left, within_s=60)
            journey.wait_for(local.dead_letters, lambda depth: depth > dead_before, within_s=30)
        told = [json.loads(line) for line in (tmp_path / "first.jsonl").read_text().splitlines()]
        told += program.run(*upload, codes=(Exit.SOME_FAILED,))
    journey.expect(contributor.api.post(f"/v1/images/{image_id}/retry"))
    assert journey.approved(contributor, image_id)["reasons"] == []

    assert killer.killed == Counter(WORKERS)
    ends = {Path(line["file"]).name: line for line in told}
    assert set(ends) == set(pictures)
    refused = ends.pop("Damaged.jpg")
    assert refused["status"] == "rejected"
    assert [reason["code"] for reason in refused["reasons"]] == ["truncated"]
    assert all(reason["text"] and reason["needsNewUpload"] for reason in refused["reasons"])
    assert {line["status"] for line in ends.values()} <= {"approved", "already_there"}
    sent = Counter([image_id, *(line["imageId"] for line in ends.values())])
    assert set(sent.values()) == {1}
    journey.wait_for(lambda: found(contributor), lambda hits: hits >= sent, within_s=60)
    assert found(contributor) == sent
    files = Counter(hashlib.sha256(data).hexdigest() for data in [denied_file, *pictures.values()])
    assert originals(local, contributor) == files


def made(folder: Path) -> dict[str, bytes]:
    """Pictures to send, by name: one from a camera, one without its end."""
    files = {f"Fault {number}.jpg": journey.new_picture() for number in range(PICTURES)}
    files["Raw.dng"] = journey.new_camera_raw()
    files["Damaged.jpg"] = jpeg(1600, 1200, comment=b"damaged")[:-20_000]
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return files


def assert_fails_and_says_so(cloud: Stage, person: Person, image_id: str) -> None:
    """A picture that nobody may read is tried three times, and its contributor told that a retry may do."""
    failed = journey.settled(person, image_id, within_s=120)
    assert failed["status"] == "processing_failed"
    assert [reason["code"] for reason in failed["reasons"]] == ["processing_failed"]
    assert not failed["reasons"][0]["needsNewUpload"]
    # A function's lines come after what it wrote.
    receives = journey.wait_for(
        lambda: receives_of(cloud, image_id), lambda seen: len(seen) >= 3, within_s=30
    )
    assert receives == [1, 2, 3]


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
