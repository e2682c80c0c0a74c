"""The role behind an upload session's credentials: it puts files, and is narrowed to one folder each time."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.access import allow
from infra.constructs.findings import accept, imported, nag

# What a transfer manager calls. The session policy (lumenstock/adapters/aws/credentials.py) repeats them for
# one folder; what counts is what both allow.
ACTIONS = ("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject")


def uploader_arn(stack: Stack, stage: str) -> str:
    """ARN of the role; functions go by its name, as it is made after the one that assumes it."""
    return stack.format_arn(
        service="iam", region="", resource="role", resource_name=f"lumenstock-{stage}-uploader"
    )


class Uploader(iam.Role):
    """Assumed by one function only; lives for an hour, which is the longest of a chained role."""

    def __init__(
        self,
        scope: Construct,
        *,
        stage: str,
        assumed_by: iam.IRole,
        originals: s3.IBucket,
        key: kms.IKey | None,
    ) -> None:
        super().__init__(
            scope,
            "Uploader",
            role_name=f"lumenstock-{stage}-uploader",
            assumed_by=iam.ArnPrincipal(assumed_by.role_arn),
            description="Puts the files of upload sessions, each below its own prefix",
        )
        self.add_to_policy(allow(ACTIONS, originals.arn_for_objects("originals/*")))
        if key:
            self.add_to_policy(allow(["kms:Decrypt", "kms:GenerateDataKey"], key.key_arn))
        finding = f"Resource::{imported(originals.stack, originals.bucket_arn)}/originals/*"
        accept(self, {nag("IAM5", finding): "The session policy narrows it to one folder each time"})
