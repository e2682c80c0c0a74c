"""The role that S3 Batch Operations assumes: reads manifests, calls one function, writes reports."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.access import allow
from infra.constructs.findings import accept, imported, nag

# Manifests and reports, in the bucket of the originals but outside what starts the pipeline.
BULK = "bulk/"


class BatchRole(iam.Role):
    """Touches no original: the function does, under its own role.

    It needs no key either. S3 takes no manifest that is encrypted with one, and reports never are.
    """

    def __init__(
        self, scope: Construct, id_: str, *, originals: s3.IBucket, function: lambda_.IFunction
    ) -> None:
        super().__init__(
            scope,
            id_,
            assumed_by=iam.ServicePrincipal("batchoperations.s3.amazonaws.com"),
            description="Runs backfills: reads manifests, calls the function, writes reports",
        )
        files = originals.arn_for_objects(f"{BULK}*")
        self.add_to_policy(allow(["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], files))
        self.add_to_policy(allow(["lambda:InvokeFunction"], function.function_arn))
        finding = f"Resource::{imported(originals.stack, originals.bucket_arn)}/{BULK}*"
        accept(self, {nag("IAM5", finding): "Every job has a manifest and a report of its own"})
