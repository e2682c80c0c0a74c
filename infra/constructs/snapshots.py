"""Where snapshots of the search domain lie that are kept for longer than AWS keeps its own."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_opensearchservice as opensearch
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.access import allow
from infra.config import StageConfig
from infra.constructs.findings import accept, nag
from infra.constructs.storage import Bucket

_FILES = ("s3:DeleteObject", "s3:GetObject", "s3:PutObject")


class Snapshots(Construct):
    """A bucket, and the role by which one domain writes and reads it."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: StageConfig,
        domain: opensearch.IDomain,
        access_logs: s3.IBucket,
    ) -> None:
        super().__init__(scope, id_)
        stack = Stack.of(self)
        self.bucket = Bucket(self, "Bucket", config=config, access_logs=access_logs)
        of_the_domain = {
            "StringEquals": {"aws:SourceAccount": stack.account},
            "ArnLike": {"aws:SourceArn": domain.domain_arn},
        }
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("es.amazonaws.com", conditions=of_the_domain),
            description="Writes and reads snapshots of the search domain",
        )
        self.role.add_to_policy(allow(["s3:ListBucket"], self.bucket.bucket_arn))
        self.role.add_to_policy(allow(_FILES, self.bucket.arn_for_objects("*")))
        arn = stack.resolve(self.bucket.bucket_arn)["Fn::GetAtt"]
        accept(self, {nag("IAM5", f"Resource::<{'.'.join(arn)}>/*"): "The engine names a snapshot's files"})
