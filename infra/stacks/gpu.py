"""The embed job on GPUs: for load and for backfills. Optional, since a new account has no quota for them."""

from __future__ import annotations

from dataclasses import replace

from aws_cdk import Duration, Size
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions.gpu import EMBED_JOB
from infra.access import Resources, access, allow
from infra.constructs.findings import accept, nag
from infra.constructs.function import Functions, log_group
from infra.constructs.gpu_compute import GpuQueue
from infra.constructs.queue import DeadLetterQueue
from infra.gpu_config import Gpu
from infra.stacks.images import Image, ImagesStack
from infra.stacks.stack import Stage, StageStack

_LAUNCH_EVERY = Duration.minutes(5)
_ATTEMPTS = 5


class GpuStack(StageStack):
    """Queue, job definition and launcher. Nothing of it costs anything while nothing waits.

    The machines are in public subnets of a network of their own, without a way in: private ones would need a
    NAT gateway (33 USD a month each) to fetch the image. What they read and write goes by the endpoints of S3
    and DynamoDB. The job writes no search index: the catalogue's stream does, a moment later.
    """

    def __init__(
        self, scope: Construct, stage: Stage, *, gpu: Gpu, zones: tuple[str, ...], resources: Resources
    ) -> None:
        super().__init__(scope, "Gpu", stage)
        name = f"lumenstock-{self.config.stage}-embed"
        jobs = GpuQueue(self, "Jobs", name=name, gpu=gpu, vpc=self._vpc(zones))
        definition = self._definition(self._image(scope, stage, gpu), resources)
        self.failed = self._failed(jobs.queue)
        self.functions = Functions(
            self,
            config=self.config,
            resources=replace(
                resources,
                gpu_queue_arn=jobs.queue.job_queue_arn,
                gpu_definition_arn=definition.job_definition_arn,
            ),
            folder_of=stage.folder_of,
        )
        launcher = self.functions.make("embed-launch")
        launcher.add_environment("GPU_JOBS_MAX", str(gpu.max_jobs))
        events.Rule(
            self,
            "Launch",
            schedule=events.Schedule.rate(_LAUNCH_EVERY),
            targets=[targets.LambdaFunction(launcher, retry_attempts=0)],
        )
        self.publish(GpuQueueArn=jobs.queue.job_queue_arn, GpuDefinitionArn=definition.job_definition_arn)

    def _vpc(self, zones: tuple[str, ...]) -> ec2.Vpc:
        self.node.set_context(f"availability-zones:account={self.account}:region={self.region}", list(zones))
        vpc = ec2.Vpc(
            self,
            "Vpc",
            availability_zones=list(zones),
            gateway_endpoints={
                "S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3),
                "DynamoDb": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.DYNAMODB),
            },
            nat_gateways=0,
            restrict_default_security_group=False,  # would need a function of CDK's; nothing uses that group
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="gpu", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=24, map_public_ip_on_launch=True
                )
            ],
        )
        vpc.add_flow_log(
            "Flows",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(
                log_group(self, "FlowLog", self.config, f"/lumenstock/{self.config.stage}/gpu-flows")
            ),
            traffic_type=ec2.FlowLogTrafficType.REJECT,
        )
        return vpc

    def _image(self, scope: Construct, stage: Stage, gpu: Gpu) -> Image:
        """The one that the stage names, or the one that CodeBuild makes of these files."""
        if gpu.image is None:
            images = ImagesStack(scope, stage)
            return images.image
        repository = ecr.Repository.from_repository_name(self, "Repository", gpu.image.repository)
        return Image(f"{repository.repository_uri}@{gpu.image.digest}", repository.repository_arn)

    def _failed(self, queue: batch.JobQueue) -> sqs.Queue:
        """Jobs that failed for good: AWS Batch has no metric of them, so each is a message for a person."""
        letters = DeadLetterQueue(self, "Failed", config=self.config).queue
        events.Rule(
            self,
            "JobFailed",
            event_pattern=events.EventPattern(
                source=["aws.batch"],
                detail_type=["Batch Job State Change"],
                detail={"jobQueue": [queue.job_queue_arn], "status": ["FAILED"]},
            ),
            targets=[targets.SqsQueue(letters)],
        )
        return letters

    def _execution_role(self, log_arn: str, repository_arn: str) -> iam.Role:
        """What the ECS agent does for the container before it runs: fetch the image, open the log."""
        role = iam.Role(self, "ExecutionRole", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
        role.add_to_policy(allow(["logs:CreateLogStream", "logs:PutLogEvents"], log_arn))
        role.add_to_policy(allow(["ecr:GetAuthorizationToken"], "*"))
        pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        role.add_to_policy(allow(pull, repository_arn))
        accept(role, {nag("IAM5", "Resource::*"): "A token for ECR knows no resource"})
        return role

    def _definition(self, image: Image, resources: Resources) -> batch.EcsJobDefinition:
        name = f"lumenstock-{self.config.stage}-{EMBED_JOB.name}"
        group = log_group(self, "Log", self.config, f"/aws/batch/{name}")
        job_role = iam.Role(self, "JobRole", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
        environment = self.config.environment() | {
            "AWS_DEFAULT_REGION": self.region,
            "EMBED_DEVICE": "gpu",
            "POWERTOOLS_SERVICE_NAME": EMBED_JOB.name,
            "SEARCH_ENGINE": "none",
        }
        for need in EMBED_JOB.needs:
            granted = access(need, resources)
            environment |= granted.environment
            for statement in granted.statements:
                job_role.add_to_policy(statement)
            accept(job_role, granted.accepted)
        return batch.EcsJobDefinition(
            self,
            "Definition",
            job_definition_name=name,
            container=batch.EcsEc2ContainerDefinition(
                self,
                "Container",
                image=ecs.ContainerImage.from_registry(image.uri),
                command=list(EMBED_JOB.command),
                cpu=EMBED_JOB.cpus,
                gpu=1,
                memory=Size.mebibytes(EMBED_JOB.memory_mib),
                environment=environment,
                execution_role=self._execution_role(group.log_group_arn, image.repository_arn),
                job_role=job_role,
                logging=ecs.LogDriver.aws_logs(stream_prefix="job", log_group=group),
                readonly_root_filesystem=True,
            ),
            parameters=dict(EMBED_JOB.parameters),
            propagate_tags=True,
            retry_attempts=_ATTEMPTS,
            retry_strategies=[
                batch.RetryStrategy.of(batch.Action.RETRY, batch.Reason.SPOT_INSTANCE_RECLAIMED),
                batch.RetryStrategy.of(
                    batch.Action.RETRY, batch.Reason.custom(on_exit_code="75")
                ),  # unfinished
                batch.RetryStrategy.of(batch.Action.EXIT, batch.Reason.custom(on_reason="*")),
            ],
            timeout=Duration.seconds(EMBED_JOB.timeout_s),
        )
