"""Credentials for clients that speak S3 themselves: a role made for that, narrowed to one folder."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient

# The longest for a role that is assumed by a role. Source: IAM user guide, "Role chaining".
LIFETIME_S = 3600
# What ``boto3.upload_file`` and the transfer managers of the mobile SDKs call. They read nothing.
ACTIONS = ("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject")
_KEY_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")


@dataclass(frozen=True, slots=True)
class Granted:
    """Temporary credentials and what they are for."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expires_at: datetime
    bucket: str
    region: str


class UploadCredentials:
    """Hands out credentials for folders of one bucket."""

    def __init__(self, client: STSClient, role_arn: str, bucket: str) -> None:
        """Narrow the role ``role_arn`` to folders of ``bucket``."""
        self._client = client
        self._role_arn = role_arn
        self._bucket = bucket

    def grant(self, prefix: str, name: str) -> Granted:
        """Credentials that may write below ``prefix``; ``name`` is what the account's logs call them."""
        answer = self._client.assume_role(
            RoleArn=self._role_arn,
            RoleSessionName=name,
            DurationSeconds=LIFETIME_S,
            Policy=json.dumps(session_policy(self._bucket, prefix), separators=(",", ":")),
        )["Credentials"]
        return Granted(
            access_key_id=answer["AccessKeyId"],
            secret_access_key=answer["SecretAccessKey"],
            session_token=answer["SessionToken"],
            expires_at=answer["Expiration"],
            bucket=self._bucket,
            region=self._client.meta.region_name,
        )


def session_policy(bucket: str, prefix: str) -> dict[str, object]:
    """What is left of the role: its own actions, on one folder.

    What counts is what role and session policy both allow, so naming no key here leaves the role's one.
    """
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": list(ACTIONS), "Resource": f"arn:aws:s3:::{bucket}/{prefix}*"},
            {"Effect": "Allow", "Action": list(_KEY_ACTIONS), "Resource": "*"},
        ],
    }
