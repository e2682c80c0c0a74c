"""Builds the image of the embed job inside AWS, so that no deployment needs a container engine."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Duration, IgnoreMode
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from infra.access import allow
from infra.constructs.findings import accept, nag
from infra.constructs.function import log_group
from infra.constructs.storage import removal
from infra.packaging import ROOT
from infra.stacks.stack import Stage, StageStack

# Patterns of .gitignore: what the Dockerfile copies, and nothing else, so that other changes build no image.
_CONTEXT = [
    *("/*", "!/gpu_batch", "!/layers", "/layers/*", "!/layers/common", "!/layers/model_demo"),
    *("!/requirements", "/requirements/*", "!/requirements/gpu.txt", "!/requirements/cuda.txt"),
    "__pycache__",
]
_KEPT = 10


@dataclass(frozen=True, slots=True)
class Image:
    """An image by tag or digest, and the repository that it is fetched from."""

    uri: str
    repository_arn: str


class ImagesStack(StageStack):
    """A repository, and a project that builds what the tag names: the hash of its files.

    The build is started by hand, after a deployment that changed it: docs/runbooks/gpu.md.
    """

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "Images", stage)
        self.repository = ecr.Repository(
            self,
            "EmbedJob",
            repository_name=f"lumenstock-{self.config.stage}/embed-job",
            encryption=ecr.RepositoryEncryption.KMS,
            image_scan_on_push=True,
            image_tag_mutability=ecr.TagMutability.IMMUTABLE,
            lifecycle_rules=[ecr.LifecycleRule(max_image_count=_KEPT)],
            removal_policy=removal(self.config),
        )
        source = assets.Asset(self, "Context", path=str(ROOT), exclude=_CONTEXT, ignore_mode=IgnoreMode.GIT)
        uri = f"{self.repository.repository_uri}:{source.asset_hash[:16]}"
        self.image = Image(uri, self.repository.repository_arn)
        name = f"lumenstock-{self.config.stage}-embed-job"
        group = log_group(self, "BuildLog", self.config, f"/aws/codebuild/{name}")
        role = iam.Role(self, "BuildRole", assumed_by=iam.ServicePrincipal("codebuild.amazonaws.com"))
        for statement in (
            allow(["logs:CreateLogStream", "logs:PutLogEvents"], group.log_group_arn),
            allow(["s3:GetObject"], source.bucket.arn_for_objects(source.s3_object_key)),
            allow(["ecr:GetAuthorizationToken"], "*"),
            allow(
                [
                    *("ecr:BatchCheckLayerAvailability", "ecr:CompleteLayerUpload", "ecr:DescribeImages"),
                    *("ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart"),
                ],
                self.repository.repository_arn,
            ),
        ):
            role.add_to_policy(statement)
        accept(role, {nag("IAM5", "Resource::*"): "A token for ECR knows no resource"})
        project = codebuild.Project(
            self,
            "Build",
            project_name=name,
            build_spec=codebuild.BuildSpec.from_object(_spec(self.repository, uri)),
            environment=codebuild.BuildEnvironment(
                build_image=codebuild.LinuxBuildImage.STANDARD_7_0,
                compute_type=codebuild.ComputeType.MEDIUM,
                privileged=True,
            ),
            logging=codebuild.LoggingOptions(cloud_watch=codebuild.CloudWatchLoggingOptions(log_group=group)),
            # CDK would add patterns of actions to it.
            role=role.without_policy_updates(),
            source=codebuild.Source.s3(bucket=source.bucket, path=source.s3_object_key),
            timeout=Duration.hours(1),
        )
        accept(
            project,
            {
                nag(
                    "CB3"
                ): "A container engine in a container wants privileges; it builds our own files only",
                nag("CB4"): "It has no artifact: the image goes to a repository that is encrypted",
            },
        )
        self.publish(EmbedJobBuild=project.project_name, EmbedJobImage=uri)


def _spec(repository: ecr.IRepository, image: str) -> dict[str, object]:
    """Build and push, unless the tag is there: it names the content."""
    registry = f"{repository.env.account}.dkr.ecr.{repository.env.region}.amazonaws.com"
    tag = image.rpartition(":")[2]
    known = (
        f"aws ecr describe-images --repository-name {repository.repository_name} --image-ids imageTag={tag}"
    )
    return {
        "version": "0.2",
        "phases": {
            "build": {
                "commands": [
                    f"if {known}; then exit 0; fi",
                    f"aws ecr get-login-password | docker login --username AWS --password-stdin {registry}",
                    f"docker build --file gpu_batch/Dockerfile --tag {image} .",
                    f"docker push {image}",
                ]
            }
        },
    }
