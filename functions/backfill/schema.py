"""What S3 Batch Operations sends to a function and wants back; not the shape of an S3 event.

Source: Amazon S3 User Guide, "Invoke AWS Lambda function", payloads of versions 1.0 and 2.0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal
from urllib.parse import unquote_plus

from pydantic import BaseModel, Field

MAX_RESULT_CHARS = 1024
BACKFILL_ARGUMENT = "backfill"
_ARN = "arn:aws:s3:::"


class ResultCode(StrEnum):
    """How a task ended; a temporary failure is tried again within the same job."""

    SUCCEEDED = "Succeeded"
    TEMPORARY_FAILURE = "TemporaryFailure"
    PERMANENT_FAILURE = "PermanentFailure"


class Task(BaseModel):
    """One line of the manifest. Version 1.0 names the bucket by its ARN, 2.0 by its name."""

    task_id: str = Field(alias="taskId", min_length=1)
    encoded_key: str = Field(alias="s3Key")
    version_id: str | None = Field(default=None, alias="s3VersionId")
    bucket_arn: str | None = Field(default=None, alias="s3BucketArn")
    bucket_name: str | None = Field(default=None, alias="s3Bucket")

    @property
    def key(self) -> str:
        """The object's key: it comes URL-encoded, a space as ``+`` or ``%20``."""
        return unquote_plus(self.encoded_key)

    @property
    def bucket(self) -> str:
        """The bucket's name; empty if the task names none."""
        return self.bucket_name or (self.bucket_arn or "").removeprefix(_ARN)


class Job(BaseModel):
    """The job; its arguments come with version 2.0 only."""

    id: str = Field(min_length=1)
    arguments: dict[str, str] | None = Field(default=None, alias="userArguments")

    @property
    def backfill(self) -> str:
        """Id of the backfill, which the job of its failed lines shares; else the job's own."""
        return (self.arguments or {}).get(BACKFILL_ARGUMENT, self.id)


class Invocation(BaseModel):
    """One call. S3 sends one task in each; nothing here relies on it."""

    schema_version: Literal["1.0", "2.0"] = Field(alias="invocationSchemaVersion")
    invocation_id: str = Field(alias="invocationId")
    job: Job
    tasks: list[Task] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Result:
    """How one task ended; ``text`` goes into the job's report."""

    task_id: str
    code: ResultCode
    text: str


def answer(invocation: Invocation, results: Sequence[Result]) -> dict[str, Any]:
    """The answer to a call. A task without a result would count as failed for good."""
    return {
        "invocationSchemaVersion": invocation.schema_version,
        "treatMissingKeysAs": ResultCode.PERMANENT_FAILURE,
        "invocationId": invocation.invocation_id,
        "results": [
            {
                "taskId": result.task_id,
                "resultCode": result.code,
                "resultString": result.text[:MAX_RESULT_CHARS],
            }
            for result in results
        ],
    }
