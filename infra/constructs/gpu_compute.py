"""Machines with a GPU that are there while there is work: spot first, on demand where spot has none."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, Stack, Token
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.access import allow
from infra.constructs.findings import accept, nag
from infra.gpu_config import Gpu

_DISK_GIB = 60  # image 8, its layers once more while they are unpacked, the system, room
_OF_CLUSTER = (
    *("ecs:DeregisterContainerInstance", "ecs:RegisterContainerInstance"),
    *("ecs:SubmitContainerStateChange", "ecs:SubmitTaskStateChange"),
)
_OF_MACHINE = ("ecs:Poll", "ecs:StartTelemetrySession", "ecs:UpdateContainerInstancesState")


class GpuQueue(Construct):
    """A queue of jobs before two compute environments, both without a machine while it is empty."""

    def __init__(self, scope: Construct, id_: str, *, name: str, gpu: Gpu, vpc: ec2.IVpc) -> None:
        super().__init__(scope, id_)
        self._gpu, self._vpc = gpu, vpc
        self._security = ec2.SecurityGroup(
            self, "Machines", vpc=vpc, description="GPU machines: nobody calls them", allow_all_outbound=False
        )
        self._security.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443), "APIs of AWS")
        self._template = ec2.LaunchTemplate(
            self,
            "Template",
            require_imdsv2=True,
            block_devices=[
                ec2.BlockDevice(
                    device_name="/dev/xvda",
                    volume=ec2.BlockDeviceVolume.ebs(
                        _DISK_GIB, encrypted=True, volume_type=ec2.EbsDeviceVolumeType.GP3
                    ),
                )
            ],
        )
        self._role = self._machine_role()
        spot = self._environment(
            "Spot", spot=True, strategy=batch.AllocationStrategy.SPOT_PRICE_CAPACITY_OPTIMIZED
        )
        on_demand = self._environment(
            "OnDemand", spot=False, strategy=batch.AllocationStrategy.BEST_FIT_PROGRESSIVE
        )
        self.queue = batch.JobQueue(
            self,
            "Queue",
            job_queue_name=name,
            compute_environments=[
                batch.OrderedComputeEnvironment(compute_environment=spot, order=1),
                batch.OrderedComputeEnvironment(compute_environment=on_demand, order=2),
            ],
            job_state_time_limit_actions=[
                # The launcher submits it anew; a job that waits keeps those behind it waiting.
                batch.JobStateTimeLimitAction(
                    max_time=Duration.minutes(30),
                    reason=batch.JobStateTimeLimitActionsReason.INSUFFICIENT_INSTANCE_CAPACITY,
                )
            ],
        )

    def _environment(
        self, id_: str, *, spot: bool, strategy: batch.AllocationStrategy
    ) -> batch.ManagedEc2EcsComputeEnvironment:
        return batch.ManagedEc2EcsComputeEnvironment(
            self,
            id_,
            allocation_strategy=strategy,
            images=[batch.EcsMachineImage(image_type=batch.EcsMachineImageType.ECS_AL2023_NVIDIA)],
            instance_role=self._role,
            instance_types=_types(self._gpu.instance_types),
            launch_template=self._template,
            maxv_cpus=self._gpu.max_vcpus,
            minv_cpus=0,
            replace_compute_environment=False,
            security_groups=[self._security],
            spot=spot,
            update_to_latest_image_version=True,
            use_optimal_instance_classes=False,
            vpc=self._vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
        )

    def _machine_role(self) -> iam.Role:
        """What the ECS agent needs, action by action: AWS's own policy may create clusters, too."""
        role = iam.Role(self, "MachineRole", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
        reasons = {nag("IAM5", "Resource::*"): "A token and the address of the service know no resource"}
        role.add_to_policy(allow(["ecs:DiscoverPollEndpoint", "ecr:GetAuthorizationToken"], "*"))
        for kind, actions in (("cluster", _OF_CLUSTER), ("container-instance", _OF_MACHINE)):
            arn = Stack.of(self).format_arn(service="ecs", resource=kind, resource_name="*")
            role.add_to_policy(allow(actions, arn))
            reasons[nag("IAM5", f"Resource::{_shown(self, arn)}")] = "AWS Batch makes and names the clusters"
        accept(role, reasons)
        return role


def _shown(scope: Construct, arn: str) -> str:
    """How a finding names it where the account is open until the deployment."""
    account = Stack.of(scope).account
    return arn.replace(account, "<AWS::AccountId>") if Token.is_unresolved(account) else arn


def _types(names: Sequence[str]) -> list[ec2.InstanceType]:
    return [ec2.InstanceType(name) for name in names]
