"""The operator's SDK clients, of one local cloud or of a real account: the same object for both."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from localcloud.home import ACCOUNT, REGION, Home

if TYPE_CHECKING:
    from boto3.session import Session
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

# S3 by path: no name below 127.0.0.1 resolves. Longer reads than any function runs.
_LOCAL = Config(
    connect_timeout=3,
    read_timeout=290,
    retries={"total_max_attempts": 2},
    s3={"addressing_style": "path"},
    inject_host_prefix=False,
)


class Operator:
    """Makes each client once, when it is first asked for."""

    def __init__(
        self, session: Session, *, endpoint_url: str | None = None, config: Config | None = None
    ) -> None:
        """Act as ``session``; without ``endpoint_url`` on AWS."""
        self._session = session
        self._endpoint_url = endpoint_url
        self._config = config

    @classmethod
    def of(cls, home: Home) -> Operator:
        """The operator of a local cloud, whatever credentials the environment names."""
        session = boto3.Session(
            aws_access_key_id=ACCOUNT, aws_secret_access_key=home.operator_secret, region_name=REGION
        )
        return cls(session, endpoint_url=home.engine_url, config=_LOCAL)

    @cached_property
    def apis(self) -> ApiGatewayV2Client:
        """HTTP APIs."""
        return self._session.client("apigatewayv2", endpoint_url=self._endpoint_url, config=self._config)

    @cached_property
    def cloudformation(self) -> CloudFormationClient:
        """CloudFormation."""
        return self._session.client("cloudformation", endpoint_url=self._endpoint_url, config=self._config)

    @cached_property
    def cognito(self) -> CognitoIdentityProviderClient:
        """Cognito user pools."""
        return self._session.client("cognito-idp", endpoint_url=self._endpoint_url, config=self._config)

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        """DynamoDB."""
        return self._session.client("dynamodb", endpoint_url=self._endpoint_url, config=self._config)

    @cached_property
    def events(self) -> EventBridgeClient:
        """EventBridge."""
        return self._session.client("events", endpoint_url=self._endpoint_url, config=self._config)

    @cached_property
    def cloudfront(self) -> CloudFrontClient:
        """CloudFront."""
        return self._session.client("cloudfront", endpoint_url=self._endpoint_url, config=self._config)

    @cached_property
    def functions(self) -> LambdaClient:
        """Lambda."""
        return self._session.client("lambda", endpoint_url=self._endpoint_url, config=self._config)

    @cached_property
    def iam(self) -> IAMClient:
        """IAM."""
        return self._session.client("iam", endpoint_url=self._endpoint_url, config=self._config)

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        """CloudWatch Logs."""
        return self._session.client("logs", endpoint_url=self._endpoint_url, config=self._config)

    @cached_property
    def machines(self) -> SFNClient:
        """Step Functions."""
        return self._session.client("stepfunctions", endpoint_url=self._endpoint_url, config=self._config)

    @cached_property
    def s3(self) -> S3Client:
        """S3."""
        config = (self._config or Config()).merge(Config(signature_version="s3v4"))
        return self._session.client("s3", endpoint_url=self._endpoint_url, config=config)

    @cached_property
    def sqs(self) -> SQSClient:
        """SQS."""
        return self._session.client("sqs", endpoint_url=self._endpoint_url, config=self._config)
