"""A backfill: a list of originals that S3 Batch Operations works through, and the report of what failed.

Source: Amazon S3 User Guide, "Specifying a manifest" and "Examples: completion reports". Lists and reports
are CSV without a header; keys are URL-encoded in both.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, unquote_plus

from lumenstock.kernel.errors import NotFoundError

BULK = "bulk/"
REPORTS = f"{BULK}reports"
FAILED, SUCCEEDED = "failed", "succeeded"


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What a job is made from.

    Attributes:
        token: The same token always means the same job.
        backfill: What the tasks are told; the job of the lines that failed shares it.
        manifest_etag: Of the object ``manifest_key``, unquoted.
    """

    token: str
    backfill: str
    bucket: str
    manifest_key: str
    manifest_etag: str
    function_arn: str
    role_arn: str


@dataclass(frozen=True, slots=True)
class JobStanding:
    """How far a job is. ``status`` is S3's word: New, Active, Complete, Failed, Cancelled and others."""

    id: str
    status: str
    backfill: str
    total: int
    succeeded: int
    failed: int
    faults: tuple[str, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in {"Complete", "Failed", "Cancelled"}


class BatchJobs(Protocol):
    """S3 Batch Operations, or what stands in for it on one machine."""

    def create(self, request: JobRequest) -> str:
        """Make a job, which runs by itself; returns its id. The same token again is the same job."""
        ...

    def describe(self, job_id: str) -> JobStanding:
        """How far a job is.

        Raises:
            NotFoundError: There is no such job.
        """
        ...


class BulkFiles(Protocol):
    """The bucket of manifests and reports."""

    def read(self, key: str) -> bytes:
        """The bytes of one object.

        Raises:
            NotFoundError: No such object.
        """
        ...

    def download(self, key: str, path: Path, version_id: str | None = None) -> None:
        """Write one object to a file.

        Raises:
            NotFoundError: No such object.
        """
        ...


def write_manifest(path: Path, bucket: str, keys: Iterable[str]) -> int:
    """Write a manifest of ``keys``; how many there were."""
    count = 0
    with path.open("w", newline="", encoding="ascii") as file:
        writer = csv.writer(file, lineterminator="\n")
        for count, key in enumerate(keys, 1):  # noqa: B007 - the last one is the answer
            writer.writerow((bucket, quote(key)))
    return count


def read_manifest(path: Path) -> Iterator[str]:
    """The keys of a manifest, still encoded."""
    with path.open(newline="", encoding="ascii") as file:
        yield from (row[1] for row in csv.reader(file))


def report_key(job_id: str) -> str:
    """Key of the report's own list of files."""
    return f"{REPORTS}/job-{job_id}/manifest.json"


def failed_keys(files: BulkFiles, job_id: str, folder: Path) -> Iterator[str]:
    """The keys, decoded, of all tasks that a job's report calls failed; ``folder`` is for its files.

    Raises:
        NotFoundError: The job has no report: it has not ended, or no task of it was ever run.
    """
    try:
        listed = json.loads(files.read(report_key(job_id)))["Results"]
    except NotFoundError as missing:
        message = f"Job {job_id} has no report yet."
        raise NotFoundError(message) from missing
    for number, result in enumerate(listed):
        if result["TaskExecutionStatus"] == FAILED:
            path = folder / f"failed-{number}.csv"
            files.download(result["Key"], path)
            yield from map(unquote_plus, read_manifest(path))
