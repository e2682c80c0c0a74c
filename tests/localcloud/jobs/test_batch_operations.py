from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from functions.backfill.schema import Invocation, Result, ResultCode, answer
from localcloud.jobs.batch_operations import LocalBatchJobs
from localcloud.jobs.tasks import Ended, Journal
from lumenstock.adapters.aws.objects import S3Objects
from lumenstock.ingest.backfill import JobRequest, JobStanding, failed_keys, read_manifest, write_manifest
from lumenstock.kernel.errors import BadRequestError, NotFoundError

BUCKET = "originals"
KEYS = ["originals/a b/1.jpg", "originals/ü/2.jpg", "originals/+/3,4.jpg", "originals/%20/5.jpg"]


class Killed(BaseException):
    """The process died."""


class Functions:
    """Lambda, with one function that answers as the test says, and counts the keys that it was called with."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.answers: dict[str, Callable[[int], ResultCode]] = {}

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - the SDK's names
        assert FunctionName == "f"
        invocation = Invocation.model_validate_json(Payload)
        (one,) = invocation.tasks
        self.calls[one.key] += 1
        answers = self.answers.get(one.key)
        code = answers(self.calls[one.key]) if answers else ResultCode.SUCCEEDED
        told = answer(invocation, [Result(one.task_id, code, f"{invocation.job.backfill}\n, {code}")])
        return {"Payload": io.BytesIO(json.dumps(told).encode())}


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client("s3", "us-east-1")
        client.create_bucket(Bucket=BUCKET)
        yield client


@pytest.fixture
def functions() -> Functions:
    return Functions()


@pytest.fixture
def jobs(tmp_path: Path, s3: Any, functions: Functions) -> LocalBatchJobs:
    return LocalBatchJobs(tmp_path / "jobs", s3, functions, lambda _: None)  # type: ignore[arg-type]


def made(jobs: LocalBatchJobs, s3: Any, tmp_path: Path, token: str = "t") -> str:
    path = tmp_path / "manifest.csv"
    write_manifest(path, BUCKET, KEYS)
    etag = S3Objects(s3, BUCKET).put_manifest("bulk/m.csv", path)
    return jobs.create(JobRequest(token, "campaign", BUCKET, "bulk/m.csv", etag, "f", "r"))


def ignored(_: JobStanding) -> None:
    """Progress that nobody looks at."""


def test_each_key_of_the_manifest_is_one_call_and_the_report_has_a_line_for_it(
    jobs: LocalBatchJobs, s3: Any, functions: Functions, tmp_path: Path
) -> None:
    functions.answers[KEYS[1]] = lambda _: ResultCode.PERMANENT_FAILURE
    job_id = made(jobs, s3, tmp_path)
    seen: list[JobStanding] = []
    standing = jobs.run(job_id, seen.append)
    assert standing == JobStanding(job_id, "Complete", "campaign", 4, 3, 1)
    assert functions.calls == Counter(KEYS)
    assert [one.succeeded + one.failed for one in seen] == [1, 2, 3, 4]
    body = s3.get_object(Bucket=BUCKET, Key=f"bulk/reports/job-{job_id}/results/failed.csv")["Body"]
    assert body.read().decode() == (
        f'{BUCKET},{quote(KEYS[1])},,failed,200,PermanentFailure,"campaign , PermanentFailure"\n'
    )
    assert list(failed_keys(S3Objects(s3, BUCKET), job_id, tmp_path)) == [KEYS[1]]


def test_what_fails_for_the_moment_is_tried_again_and_in_the_end_fails(
    jobs: LocalBatchJobs, s3: Any, functions: Functions, tmp_path: Path
) -> None:
    functions.answers[KEYS[0]] = lambda call: (
        ResultCode.TEMPORARY_FAILURE if call < 3 else ResultCode.SUCCEEDED
    )
    functions.answers[KEYS[1]] = lambda _: ResultCode.TEMPORARY_FAILURE
    standing = jobs.run(made(jobs, s3, tmp_path), ignored)
    assert (standing.succeeded, standing.failed) == (3, 1)
    assert (functions.calls[KEYS[0]], functions.calls[KEYS[1]]) == (3, 4)


def test_a_job_that_was_killed_goes_on_and_one_that_is_over_does_nothing(
    jobs: LocalBatchJobs, s3: Any, functions: Functions, tmp_path: Path
) -> None:
    job_id = made(jobs, s3, tmp_path)

    def dies(standing: JobStanding) -> None:
        if standing.succeeded == 2:
            raise Killed

    with pytest.raises(Killed):
        jobs.run(job_id, dies)
    assert (jobs.describe(job_id).status, jobs.describe(job_id).succeeded) == ("Active", 2)
    before = Counter(functions.calls)
    standing = jobs.run(job_id, ignored)
    assert (standing.status, standing.succeeded) == ("Complete", 4)
    assert all((functions.calls - before)[key] == 0 for key in KEYS[:2])
    calls = Counter(functions.calls)
    assert jobs.run(job_id, ignored) == standing
    assert functions.calls == calls


def test_the_same_token_is_the_same_job(jobs: LocalBatchJobs, s3: Any, tmp_path: Path) -> None:
    assert made(jobs, s3, tmp_path) == made(jobs, s3, tmp_path)
    assert made(jobs, s3, tmp_path, "u") != made(jobs, s3, tmp_path)


def test_a_manifest_that_changed_makes_no_job(jobs: LocalBatchJobs, s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="bulk/m.csv", Body=b"")
    request = JobRequest("t", "campaign", BUCKET, "bulk/m.csv", "another", "f", "r")
    with pytest.raises(BadRequestError):
        jobs.create(request)


def test_of_a_job_without_a_report_nobody_knows_what_failed(
    jobs: LocalBatchJobs, s3: Any, tmp_path: Path
) -> None:
    job_id = made(jobs, s3, tmp_path)
    with pytest.raises(NotFoundError, match="no report"):
        list(failed_keys(S3Objects(s3, BUCKET), job_id, tmp_path))
    with pytest.raises(NotFoundError):
        jobs.describe("another")


def test_a_line_that_a_crash_cut_off_is_forgotten(tmp_path: Path) -> None:
    path, first = tmp_path / "ended.csv", Ended("a", succeeded=True, code="Succeeded", text="fine")
    list(Journal(path).write([first]))
    with path.open("a") as file:
        file.write("b,succ")
    journal = Journal(path)
    assert list(journal.ended()) == [first]
    second = Ended("b", succeeded=False, code="PermanentFailure", text="gone")
    list(journal.write([second]))
    assert list(journal.ended()) == [first, second]


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1), max_size=8))
def test_every_key_stands_in_a_manifest_on_one_line_in_ascii(
    tmp_path_factory: pytest.TempPathFactory, keys: list[str]
) -> None:
    path = tmp_path_factory.mktemp("manifest") / "m.csv"
    assert write_manifest(path, BUCKET, keys) == len(keys)
    assert list(read_manifest(path)) == [quote(key) for key in keys]
    assert len(path.read_bytes().splitlines()) == len(keys)
