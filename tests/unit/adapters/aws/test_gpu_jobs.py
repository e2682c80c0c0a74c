"""AWS Batch runs nowhere but on AWS: what is sent is held against the SDK's model of the service."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from lumenstock.adapters.aws.gpu_jobs import GpuJobs, oldest_s

QUEUE = "arn:aws:batch:us-east-1:111111111111:job-queue/q"
DEFINITION = "arn:aws:batch:us-east-1:111111111111:job-definition/d:3"
NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


@pytest.fixture
def batch() -> Any:
    return boto3.client("batch", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")


def test_jobs_that_have_not_ended_are_counted_by_what_they_drain(batch: Any) -> None:
    found = {
        "SUBMITTED": ["embed-live"],
        "PENDING": [],
        "RUNNABLE": ["embed-bulk", "list-new"],
        "STARTING": ["embed-live"],
        "RUNNING": ["somebody-else"],
    }
    with Stubber(batch) as stub:
        for status, names in found.items():
            jobs = [{"jobId": name, "jobName": name} for name in names]
            stub.add_response("list_jobs", {"jobSummaryList": jobs}, {"jobQueue": QUEUE, "jobStatus": status})
        assert GpuJobs(batch, QUEUE, DEFINITION).unended() == {"live": 2, "bulk": 1}


def test_a_job_is_told_what_to_drain(batch: Any) -> None:
    sent = {
        "jobName": "embed-bulk",
        "jobQueue": QUEUE,
        "jobDefinition": DEFINITION,
        "parameters": {"source": "bulk"},
    }
    with Stubber(batch) as stub:
        stub.add_response("submit_job", {"jobId": "7", "jobName": "embed-bulk"}, sent)
        assert GpuJobs(batch, QUEUE, DEFINITION).submit("bulk") == "7"


@pytest.mark.parametrize(
    ("slices", "array", "source"),
    [(1, {}, "bulk/embed/new/00000.csv"), (12, {"size": 12}, "bulk/embed/new/")],
)
def test_a_list_is_an_array_with_a_child_for_each_slice(
    batch: Any, slices: int, array: dict[str, int], source: str
) -> None:
    sent = {
        "jobName": "list-new",
        "jobQueue": QUEUE,
        "jobDefinition": DEFINITION,
        "arrayProperties": array,
        "parameters": {"source": source, "model": "clip@1"},
    }
    with Stubber(batch) as stub:
        stub.add_response("submit_job", {"jobId": "7", "jobName": "list-new"}, sent)
        jobs = GpuJobs(batch, QUEUE, DEFINITION)
        assert jobs.submit_list("new", "bulk/embed/new/", slices, "clip@1") == "7"


@pytest.mark.parametrize(
    ("ages", "oldest"), [([], 0.0), ([900.0, 40.0], 40.0)], ids=["none", "newest counts"]
)
def test_the_age_of_a_queue_is_what_sqs_last_reported(ages: list[float], oldest: float) -> None:
    client: Any = boto3.client("cloudwatch", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    points = [
        {"Timestamp": NOW - timedelta(minutes=9 - number), "Maximum": age} for number, age in enumerate(ages)
    ]
    with Stubber(client) as stub:
        stub.add_response("get_metric_statistics", {"Datapoints": points[::-1]})
        assert oldest_s(client, "embed-live", NOW) == oldest
