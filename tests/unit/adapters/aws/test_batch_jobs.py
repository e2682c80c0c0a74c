"""moto has no jobs of S3: what is sent is held against the SDK's model of the service."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from functions.backfill.schema import BACKFILL_ARGUMENT
from lumenstock.adapters.aws.batch_jobs import S3BatchJobs
from lumenstock.ingest.backfill import JobRequest, JobStanding
from lumenstock.kernel.errors import NotFoundError

FUNCTION = "arn:aws:lambda:us-east-1:111111111111:function:f"
ROLE = "arn:aws:iam::111111111111:role/r"
REQUEST = JobRequest("token", "campaign", "originals", "bulk/manifests/token.csv", "e" * 32, FUNCTION, ROLE)


@pytest.fixture
def control() -> Any:
    return boto3.client("s3control", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")


def test_a_job_names_function_manifest_report_and_backfill(control: Any) -> None:
    sent = {
        "AccountId": "111111111111",
        "ConfirmationRequired": False,
        "ClientRequestToken": "token",
        "Description": "Lumenstock backfill campaign",
        "Priority": 10,
        "RoleArn": ROLE,
        "Operation": {
            "LambdaInvoke": {
                "FunctionArn": FUNCTION,
                "InvocationSchemaVersion": "2.0",
                "UserArguments": {BACKFILL_ARGUMENT: "campaign"},
            }
        },
        "Manifest": {
            "Spec": {"Format": "S3BatchOperations_CSV_20180820", "Fields": ["Bucket", "Key"]},
            "Location": {"ObjectArn": "arn:aws:s3:::originals/bulk/manifests/token.csv", "ETag": "e" * 32},
        },
        "Report": {
            "Enabled": True,
            "Bucket": "arn:aws:s3:::originals",
            "Prefix": "bulk/reports",
            "Format": "Report_CSV_20180820",
            "ReportScope": "AllTasks",
        },
    }
    with Stubber(control) as stub:
        stub.add_response("create_job", {"JobId": "job-1"}, sent)
        assert S3BatchJobs(control, "111111111111").create(REQUEST) == "job-1"


def test_a_job_tells_how_far_it_is_and_what_stopped_it(control: Any) -> None:
    job = {
        "JobId": "job-1",
        "Status": "Failed",
        "Operation": {"LambdaInvoke": {"UserArguments": {"backfill": "campaign"}}},
        "ProgressSummary": {
            "TotalNumberOfTasks": 5,
            "NumberOfTasksSucceeded": 3,
            "NumberOfTasksFailed": 2,
        },
        "FailureReasons": [{"FailureCode": "ManifestNotFound", "FailureReason": "no manifest"}],
    }
    with Stubber(control) as stub:
        stub.add_response("describe_job", {"Job": job})
        standing = S3BatchJobs(control, "111111111111").describe("job-1")
    assert standing == JobStanding("job-1", "Failed", "campaign", 5, 3, 2, ("no manifest",))
    assert standing.ended


def test_an_unknown_job_is_not_found(control: Any) -> None:
    with Stubber(control) as stub:
        stub.add_client_error("describe_job", "NoSuchJob")
        with pytest.raises(NotFoundError):
            S3BatchJobs(control, "111111111111").describe("job-1")
