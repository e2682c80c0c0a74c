"""Secrets from Secrets Manager."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


def read_secret(client: SecretsManagerClient, arn: str) -> bytes:
    """The current value of a secret string, as bytes."""
    return client.get_secret_value(SecretId=arn)["SecretString"].encode()
