"""Jobs of S3 Batch Operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lumenstock.ingest.backfill import REPORTS, JobRequest, JobStanding
from lumenstock.kernel.errors import NotFoundError

if TYPE_CHECKING:
    from mypy_boto3_s3control import S3ControlClient

_PRIORITY = 10
_BACKFILL = "backfill"  # the user argument that functions/backfill/schema.py reads


class S3BatchJobs:
    """Implements :class:`lumenstock.ingest.backfill.BatchJobs`."""

    def __init__(self, client: S3ControlClient, account: str) -> None:
        """``account`` owns the jobs."""
        self._client = client
        self._account = account

    def create(self, request: JobRequest) -> str:
        """See the protocol. The caller needs ``s3:CreateJob``, and ``iam:PassRole`` on the jobs' role."""
        bucket_arn = f"arn:aws:s3:::{request.bucket}"
        return self._client.create_job(
            AccountId=self._account,
            ConfirmationRequired=False,
            ClientRequestToken=request.token,
            Description=f"Lumenstock backfill {request.backfill}",
            Priority=_PRIORITY,
            RoleArn=request.role_arn,
            Operation={
                "LambdaInvoke": {
                    "FunctionArn": request.function_arn,
                    "InvocationSchemaVersion": "2.0",
                    "UserArguments": {_BACKFILL: request.backfill},
                }
            },
            Manifest={
                "Spec": {"Format": "S3BatchOperations_CSV_20180820", "Fields": ["Bucket", "Key"]},
                "Location": {
                    "ObjectArn": f"{bucket_arn}/{request.manifest_key}",
                    "ETag": request.manifest_etag,
                },
            },
            Report={
                "Enabled": True,
                "Bucket": bucket_arn,
                "Prefix": REPORTS,
                "Format": "Report_CSV_20180820",
                "ReportScope": "AllTasks",
            },
        )["JobId"]

    def describe(self, job_id: str) -> JobStanding:
        """See the protocol."""
        try:
            job = self._client.describe_job(AccountId=self._account, JobId=job_id)["Job"]
        except ClientError as error:
            if error.response["Error"]["Code"] not in {"NoSuchJob", "NotFoundException"}:
                raise
            message = f"There is no job {job_id}."
            raise NotFoundError(message) from error
        progress = job.get("ProgressSummary", {})
        invoked = job.get("Operation", {}).get("LambdaInvoke", {})
        return JobStanding(
            id=job_id,
            status=job["Status"],
            backfill=invoked.get("UserArguments", {}).get(_BACKFILL, job_id),
            total=progress.get("TotalNumberOfTasks", 0),
            succeeded=progress.get("NumberOfTasksSucceeded", 0),
            failed=progress.get("NumberOfTasksFailed", 0),
            faults=tuple(fault.get("FailureReason", "") for fault in job.get("FailureReasons", [])),
        )
