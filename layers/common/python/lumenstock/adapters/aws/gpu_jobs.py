"""Jobs of AWS Batch that embed on a GPU, and the age of what they would take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_batch import BatchClient
    from mypy_boto3_batch.literals import JobStatusType
    from mypy_boto3_batch.type_defs import ArrayPropertiesTypeDef
    from mypy_boto3_cloudwatch import CloudWatchClient

_UNENDED: tuple[JobStatusType, ...] = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING")
_PREFIX = "embed-"
_LOOK_BACK = timedelta(minutes=15)  # SQS reports once in a minute, some minutes late


class GpuJobs:
    """Implements :class:`lumenstock.ingest.launching.Jobs`."""

    def __init__(self, client: BatchClient, queue_arn: str, definition_arn: str) -> None:
        """Submit jobs of one definition to one queue."""
        self._client = client
        self._queue = queue_arn
        self._definition = definition_arn

    def unended(self) -> Mapping[str, int]:
        """See the protocol. Jobs that were not named by us are left out."""
        names: Counter[str] = Counter()
        for status in _UNENDED:
            for page in self._client.get_paginator("list_jobs").paginate(
                jobQueue=self._queue, jobStatus=status
            ):
                names.update(
                    job["jobName"].removeprefix(_PREFIX)
                    for job in page["jobSummaryList"]
                    if job["jobName"].startswith(_PREFIX)
                )
        return names

    def submit(self, source: str) -> str:
        """See the protocol."""
        return self._client.submit_job(
            jobName=f"{_PREFIX}{source}",
            jobQueue=self._queue,
            jobDefinition=self._definition,
            parameters={"source": source},
        )["jobId"]

    def submit_list(self, name: str, folder: str, slices: int, model: str) -> str:
        """Have an array work through the slices of a list; a single one is no array. Returns the job's id.

        Args:
            name: Of the list: letters, digits, dashes and underscores.
            folder: Key of the slices, with ``/`` at its end.
            slices: How many there are.
            model: ``serving``, or ``name@version`` of another one, whose vectors alone are made.
        """
        array: ArrayPropertiesTypeDef = {"size": slices} if slices > 1 else {}  # there is no array of one
        return self._client.submit_job(
            jobName=f"list-{name}",
            jobQueue=self._queue,
            jobDefinition=self._definition,
            arrayProperties=array,
            parameters={"source": folder if slices > 1 else f"{folder}00000.csv", "model": model},
        )["jobId"]


def oldest_s(client: CloudWatchClient, queue_name: str, now: datetime) -> float:
    """Age of a queue's oldest message as SQS last reported it, in seconds; 0 where it reported nothing.

    The queue itself does not say: the age is a metric only.
    """
    answer = client.get_metric_statistics(
        Namespace="AWS/SQS",
        MetricName="ApproximateAgeOfOldestMessage",
        Dimensions=[{"Name": "QueueName", "Value": queue_name}],
        StartTime=now - _LOOK_BACK,
        EndTime=now,
        Period=60,
        Statistics=["Maximum"],
    )
    points = sorted(answer["Datapoints"], key=lambda point: point["Timestamp"])
    return float(points[-1]["Maximum"]) if points else 0.0
