"""S3 Batch Operations on one machine: the same function, the same payloads, the same report."""

from __future__ import annotations

import csv
import hashlib
import json
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localcloud.jobs.tasks import Ended, Journal
from localcloud.lock import exclusive
from lumenstock.ingest.backfill import (
    FAILED,
    REPORTS,
    SUCCEEDED,
    JobRequest,
    JobStanding,
    read_manifest,
    report_key,
)
from lumenstock.kernel.errors import BadRequestError, NotFoundError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client

_AT_A_TIME = 2  # the machine's cores are for the functions
_REST_S = (1.0, 4.0, 10.0)  # before a task that failed for the moment is tried again
_COLUMNS = "Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage"


class LocalBatchJobs:
    """Implements :class:`lumenstock.ingest.backfill.BatchJobs`; a job runs only while :meth:`run` does."""

    def __init__(
        self, folder: Path, s3: S3Client, functions: LambdaClient, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Keep the jobs' state below ``folder``."""
        self._folder = folder
        self._s3 = s3
        self._functions = functions
        self._sleep = sleep

    def create(self, request: JobRequest) -> str:
        """See the protocol.

        Raises:
            BadRequestError: The manifest is another one than the request says.
        """
        job_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"lumenstock:{request.token}"))
        place = self._folder / job_id
        if (place / "job.json").exists():
            return job_id
        place.mkdir(parents=True, exist_ok=True)
        self._s3.download_file(request.bucket, request.manifest_key, str(place / "manifest.csv"))
        etag = self._s3.head_object(Bucket=request.bucket, Key=request.manifest_key)["ETag"].strip('"')
        if etag != request.manifest_etag:
            message = f"The manifest {request.manifest_key} changed."
            raise BadRequestError(message)
        draft = place / "job.json.new"
        draft.write_text(json.dumps(asdict(request)))
        draft.replace(place / "job.json")  # a job is there whole or not at all
        return job_id

    def describe(self, job_id: str) -> JobStanding:
        """See the protocol."""
        request, place = self._request(job_id), self._folder / job_id
        ended = list(Journal(place / "ended.csv").ended())
        succeeded = sum(task.succeeded for task in ended)
        return JobStanding(
            id=job_id,
            status="Complete" if (place / "reported").exists() else "Active",
            backfill=request.backfill,
            total=sum(1 for _ in read_manifest(place / "manifest.csv")),
            succeeded=succeeded,
            failed=len(ended) - succeeded,
        )

    def run(self, job_id: str, progress: Callable[[JobStanding], None]) -> JobStanding:
        """Work through what is left of a job; ``progress`` is called after each task. Once over, do nothing.

        Raises:
            NotFoundError: There is no such job.
        """
        request, place = self._request(job_id), self._folder / job_id
        with exclusive(place / "lock"):
            standing = self.describe(job_id)
            if standing.ended:
                return standing
            journal = Journal(place / "ended.csv")
            done = {task.key for task in journal.ended()}
            left = [key for key in read_manifest(place / "manifest.csv") if key not in done]
            with ThreadPoolExecutor(_AT_A_TIME) as pool:
                for task in journal.write(pool.map(lambda key: self._task(request, job_id, key), left)):
                    standing = _after(standing, task)
                    progress(standing)
            self._report(request, job_id, journal)
            (place / "reported").touch()
        return self.describe(job_id)

    def _request(self, job_id: str) -> JobRequest:
        with suppress(FileNotFoundError):
            return JobRequest(**json.loads((self._folder / job_id / "job.json").read_text()))
        message = f"There is no job {job_id}."
        raise NotFoundError(message)

    def _task(self, request: JobRequest, job_id: str, key: str) -> Ended:
        ended = self._call(request, job_id, key)
        for rest_s in _REST_S:
            if ended.code != "TemporaryFailure":
                break
            self._sleep(rest_s)
            ended = self._call(request, job_id, key)
        return ended

    def _call(self, request: JobRequest, job_id: str, key: str) -> Ended:
        """One call of the function, by version 2.0 of the schema."""
        task_id = hashlib.sha256(key.encode()).hexdigest()[:32]
        payload = {
            "invocationSchemaVersion": "2.0",
            "invocationId": str(uuid.uuid4()),
            "job": {"id": job_id, "userArguments": {"backfill": request.backfill}},
            "tasks": [{"taskId": task_id, "s3Key": key, "s3VersionId": None, "s3Bucket": request.bucket}],
        }
        answer = self._functions.invoke(
            FunctionName=request.function_arn, Payload=json.dumps(payload).encode()
        )
        text = answer["Payload"].read().decode()
        if "FunctionError" in answer:
            return Ended(key, False, "PermanentFailure", f"Lambda returned function error: {text}"[:1024])  # noqa: FBT003 - succeeded
        (result,) = json.loads(text)["results"]
        code: str = result["resultCode"]
        return Ended(key, code == "Succeeded", code, result["resultString"])

    def _report(self, request: JobRequest, job_id: str, journal: Journal) -> None:
        """A file of what succeeded, one of what failed, and their list; none that would be empty."""
        results: list[dict[str, Any]] = []
        for succeeded, status in ((True, SUCCEEDED), (False, FAILED)):
            path = self._folder / job_id / f"{status}.csv"
            if _write(
                path, (task.row(request.bucket) for task in journal.ended() if task.succeeded == succeeded)
            ):
                key = f"{REPORTS}/job-{job_id}/results/{status}.csv"
                self._s3.upload_file(str(path), request.bucket, key)
                digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
                results.append(
                    {
                        "TaskExecutionStatus": status,
                        "Bucket": request.bucket,
                        "MD5Checksum": digest,
                        "Key": key,
                    }
                )
        listed = {
            "Format": "Report_CSV_20180820",
            "ReportCreationDate": datetime.now(UTC).isoformat(),
            "Results": results,
            "ReportSchema": _COLUMNS,
        }
        self._s3.put_object(Bucket=request.bucket, Key=report_key(job_id), Body=json.dumps(listed).encode())


def _after(standing: JobStanding, task: Ended) -> JobStanding:
    if task.succeeded:
        return replace(standing, succeeded=standing.succeeded + 1)
    return replace(standing, failed=standing.failed + 1)


def _write(path: Path, rows: Iterator[tuple[str, ...]]) -> bool:
    """Write a file of a report; whether it holds anything."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
        return file.tell() > 0
