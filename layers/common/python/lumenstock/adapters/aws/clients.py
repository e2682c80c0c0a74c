"""boto3 clients, made once a process and only when first needed (boto3 is half of a cold start)."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Literal

import boto3
from botocore.config import Config

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

_DEFAULT = Config(
    connect_timeout=3,
    read_timeout=20,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=32,  # the embed job's threads; a connection is made when it is needed
)


@cache
def dynamodb() -> DynamoDBClient:
    """DynamoDB."""
    return boto3.client("dynamodb", config=_DEFAULT)


@cache
def s3() -> S3Client:
    """S3, signing with SigV4 (presigned URLs need it) for whatever endpoint is configured."""
    style: Literal["path", "virtual"] = "path" if os.environ.get("AWS_ENDPOINT_URL") else "virtual"
    signing = Config(signature_version="s3v4", s3={"addressing_style": style})
    return boto3.client("s3", config=_DEFAULT.merge(signing))


@cache
def s3_control() -> S3ControlClient:
    """Jobs of S3 Batch Operations."""
    return boto3.client("s3control", config=_DEFAULT)


@cache
def batch() -> BatchClient:
    """AWS Batch."""
    return boto3.client("batch", config=_DEFAULT)


@cache
def cloudwatch() -> CloudWatchClient:
    """Metrics."""
    return boto3.client("cloudwatch", config=_DEFAULT)


@cache
def sqs() -> SQSClient:
    """SQS."""
    return boto3.client("sqs", config=_DEFAULT)


@cache
def sts() -> STSClient:
    """STS of the own region: its tokens are good everywhere, and no other region is asked."""
    return boto3.client("sts", config=_DEFAULT)


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
    return boto3.client("events", config=_DEFAULT)


@cache
def cloudfront() -> CloudFrontClient:
    """CloudFront, which is nowhere: its calls are signed for us-east-1."""
    return boto3.client("cloudfront", config=_DEFAULT)


@cache
def cognito() -> CognitoIdentityProviderClient:
    """Cognito user pools."""
    return boto3.client("cognito-idp", config=_DEFAULT)


@cache
def secrets_manager() -> SecretsManagerClient:
    """Secrets Manager."""
    return boto3.client("secretsmanager", config=_DEFAULT)
