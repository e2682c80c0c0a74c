"""An upload is killed at random points, again and again; what the store holds is not sent again."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cli.failure import Exit
from tests.e2e.forward_proxy import Traffic, forward_proxy
from tests.e2e.program import Program, kill_when, originals
from tests.e2e.stage import Person, Stage
from tests.pictures import soft

SEED = 20_261_121
DEATHS = 20
DEATHS_A_FILE = 5
PART_BYTES = 5 << 20
# So many of the deaths come after the last byte: while parts are put together, or processed.
_TAIL_BYTES = 3_000_000

pytestmark = pytest.mark.timeout(900, func_only=True)


@pytest.fixture
def traffic() -> Iterator[Traffic]:
    """All that the command line says passes here."""
    with forward_proxy() as seen:
        yield seen


@pytest.fixture
def program(cloud: Stage, contributor: Person, traffic: Traffic, tmp_path: Path) -> Program:
    """The command line of a contributor who was never there before."""
    return Program(cloud, contributor, traffic, tmp_path)


@dataclass(frozen=True)
class Strike:
    """The moment of a death: so many bytes after the start of a run, or after the last one of them."""

    traffic: Traffic
    first_call: int
    left_bytes: int
    after_bytes: int
    before_bytes: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "before_bytes", self.traffic.received_bytes)

    def __call__(self) -> bool:
        """Whether it has come."""
        if self.after_bytes >= self.left_bytes:
            return self.traffic.has_completed(self.first_call)
        return self.traffic.received_bytes - self.before_bytes >= self.after_bytes


def held_parts(cloud: Stage, person: Person) -> set[int]:
    """Numbers of the parts that the bucket holds for an unfinished upload; empty when there is none."""
    bucket = cloud.outputs["OriginalsBucket"]
    numbers: set[int] = set()
    for upload in cloud.operator.s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []):
        if person.id in upload["Key"]:
            listed = cloud.operator.s3.list_parts(
                Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"]
            )
            numbers |= {part["PartNumber"] for part in listed.get("Parts", [])}
    return numbers


def test_an_upload_that_is_killed_goes_on_and_sends_no_part_again(
    cloud: Stage, contributor: Person, program: Program, traffic: Traffic, tmp_path: Path
) -> None:
    """20 deaths, each after a random number of bytes; the runs between them send what was missing."""
    dice = random.Random(SEED)
    deaths = 0
    sha256s: list[str] = []
    while deaths < DEATHS:
        file = tmp_path / f"{len(sha256s)}.tif"
        soft(3000, 3000, dice).save(file)  # 27 MB, 6 parts
        sha256s.append(hashlib.sha256(file.read_bytes()).hexdigest())
        held: set[int] = set()
        for _ in range(DEATHS_A_FILE):
            begun = len(traffic.calls)
            left_bytes = max(0, file.stat().st_size - len(held) * PART_BYTES)
            struck = Strike(traffic, begun, left_bytes, dice.randrange(left_bytes + _TAIL_BYTES))
            assert kill_when(program.start("upload", str(file), "--jobs", "2"), struck)
            deaths += 1
            traffic.settle()
            assert not held & set(traffic.parts(begun)), "a part that was there was sent again"
            if traffic.has_completed(begun):
                break
            held = held_parts(cloud, contributor)
        begun = len(traffic.calls)
        program.run("upload", str(file), "--wait", "0", codes=(Exit.DONE, Exit.STILL_PROCESSING))
        assert not held & set(traffic.parts(begun)), "a part that was there was sent again"
    told = program.run("upload", str(tmp_path), "--wait", "300", "--json")
    lines = [line for line in told if line["status"] != "passed_over"]
    assert {line["status"] for line in lines} == {"already_there"}
    assert {line["sentBytes"] for line in lines} == {0}
    print(f"seed {SEED}: {deaths} deaths over {len(sha256s)} files")  # noqa: T201 - for who repeats it
    assert originals(cloud, contributor) == Counter(sha256s)
    assert contributor.api.get("/v1/contributor/uploads").json()["uploads"] == []
