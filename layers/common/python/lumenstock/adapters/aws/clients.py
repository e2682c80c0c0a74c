"""boto3 clients, made once a process and only when first needed (boto3 is half of a cold start)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

import boto3
from botocore.config import Config

from lumenstock.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_batch import BatchClient
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3control import S3ControlClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_sts import STSClient

_LONGEST_CONNECT_S, _LONGEST_READ_S = 3.0, 20.0
_ATTEMPTS = 3
_SHORT_S = 20  # a function with less than that tries twice: three attempts would leave each too little


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call waits, and how often it is made."""

    connect_s: float
    read_s: float
    attempts: int

    @classmethod
    def within(cls, function_s: float) -> Patience:
        """What lets a function say that a service did not answer, before its own time is over.

        A tenth of the time is left for that. 0 is a process that may run as long as it likes.
        """
        if not function_s:
            return cls(_LONGEST_CONNECT_S, _LONGEST_READ_S, _ATTEMPTS)
        attempts = _ATTEMPTS if function_s >= _SHORT_S else _ATTEMPTS - 1
        each_s = (0.9 * function_s - _rests_s(attempts)) / attempts
        connect_s = min(_LONGEST_CONNECT_S, each_s / 4)
        return cls(connect_s, min(_LONGEST_READ_S, each_s - connect_s), attempts)


def _rests_s(attempts: int) -> int:
    """The longest rests between so many attempts.

    Source: botocore.retries.standard, ExponentialBackoff: up to 1, 2, 4, … seconds.
    """
    return (1 << (attempts - 1)) - 1


@cache
def _patient() -> Config:
    patience = Patience.within(settings().function_timeout_s)
    return Config(
        connect_timeout=patience.connect_s,
        read_timeout=patience.read_s,
        retries={"mode": "standard", "total_max_attempts": patience.attempts},
        max_pool_connections=32,  # the embed job's threads; a connection is made when it is needed
    )


@cache
def dynamodb() -> DynamoDBClient:
    """DynamoDB."""
    return boto3.client("dynamodb", config=_patient())


@cache
def s3() -> S3Client:
    """S3, signing with SigV4 (presigned URLs need it) for whatever endpoint is configured."""
    style: Literal["path", "virtual"] = "path" if os.environ.get("AWS_ENDPOINT_URL") else "virtual"
    signing = Config(signature_version="s3v4", s3={"addressing_style": style})
    return boto3.client("s3", config=_patient().merge(signing))


@cache
def s3_control() -> S3ControlClient:
    """Jobs of S3 Batch Operations."""
    return boto3.client("s3control", config=_patient())


@cache
def batch() -> BatchClient:
    """AWS Batch."""
    return boto3.client("batch", config=_patient())


@cache
def cloudwatch() -> CloudWatchClient:
    """Metrics."""
    return boto3.client("cloudwatch", config=_patient())


@cache
def sqs() -> SQSClient:
    """SQS."""
    return boto3.client("sqs", config=_patient())


@cache
def sts() -> STSClient:
    """STS of the own region: its tokens are good everywhere, and no other region is asked."""
    return boto3.client("sts", config=_patient())


@cache
def step_functions() -> SFNClient:
    """Step Functions for synchronous executions of up to 290 s.

    One attempt only: botocore retries a read timeout, and that would start a second execution.
    The host prefix ``sync-`` does not exist on an emulator's address.
    """
    return boto3.client(
        "stepfunctions",
        config=Config(
            connect_timeout=3,
            read_timeout=290,
            retries={"total_max_attempts": 1},
            max_pool_connections=10,
            inject_host_prefix=not os.environ.get("AWS_ENDPOINT_URL"),
        ),
    )


@cache
def events() -> EventBridgeClient:
    """EventBridge."""
    return boto3.client("events", config=_patient())


@cache
def cloudfront() -> CloudFrontClient:
    """CloudFront, which is nowhere: its calls are signed for us-east-1."""
    return boto3.client("cloudfront", config=_patient())


@cache
def cognito() -> CognitoIdentityProviderClient:
    """Cognito user pools."""
    return boto3.client("cognito-idp", config=_patient())


@cache
def secrets_manager() -> SecretsManagerClient:
    """Secrets Manager."""
    return boto3.client("secretsmanager", config=_patient())
