"""A Lambda function from its line in the manifest: its own role, exact grants, its own log group."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import Duration, IgnoreMode, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from functions.gpu import GPU_FUNCTIONS
from functions.manifest import FUNCTIONS, FunctionSpec, Need
from infra.access import Resources, access, allow
from infra.config import StageConfig
from infra.constructs.findings import accept, nag
from infra.constructs.layers import FolderOf, Layers
from infra.packaging import ROOT

_SEARCHING = {Need.SEARCH_READ, Need.SEARCH_WRITE}
# What Lambda itself does with a function's role to place it in a network.
_IN_A_NETWORK = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)
_SPECS = {spec.name: spec for spec in (*FUNCTIONS, *GPU_FUNCTIONS)}
_RETENTION = {
    7: logs.RetentionDays.ONE_WEEK,
    30: logs.RetentionDays.ONE_MONTH,
    90: logs.RetentionDays.THREE_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
}


def log_group(scope: Construct, id_: str, config: StageConfig, name: str) -> logs.LogGroup:
    """A log group that ends with its stack and keeps what the stage says."""
    return logs.LogGroup(
        scope,
        id_,
        log_group_name=name,
        retention=_RETENTION[config.log_retention_days],
        removal_policy=RemovalPolicy.DESTROY,
    )


class Functions(Construct):
    """Makes the functions of one stack."""

    def __init__(
        self, scope: Construct, *, config: StageConfig, resources: Resources, folder_of: FolderOf
    ) -> None:
        super().__init__(scope, "Functions")
        self._config = config
        self._resources = resources
        self._layers = Layers(self, config=config, folder_of=folder_of)
        self.made: dict[str, lambda_.Function] = {}

    def make(self, name: str, *, timeout_s: int | None = None) -> lambda_.Function:
        """The function ``name`` of the manifest.

        Args:
            name: ``service-module``.
            timeout_s: Where the manifest leaves the longest run to the stage.

        Raises:
            ValueError: Neither the manifest nor the caller says how long it may run.
        """
        spec = _SPECS[name]
        limit_s = spec.timeout_s or timeout_s
        if limit_s is None:
            message = f"{name} has no timeout"
            raise ValueError(message)
        full_name = f"lumenstock-{self._config.stage}-{name}"
        scope = Construct(self, name)
        group = log_group(scope, "Log", self._config, f"/aws/lambda/{full_name}")
        role = iam.Role(scope, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        role.add_to_policy(allow(["logs:CreateLogStream", "logs:PutLogEvents"], group.log_group_arn))
        environment = self._config.environment() | {
            "POWERTOOLS_SERVICE_NAME": name,
            "FUNCTION_TIMEOUT_S": str(limit_s),  # by which its clients know when to give up
        }
        for need in spec.needs:
            granted = access(need, self._resources)
            environment |= granted.environment
            for statement in granted.statements:
                role.add_to_policy(statement)
            accept(role, granted.accepted)
        accept(
            scope,
            {
                nag("IAM5", "Resource::*"): "X-Ray's actions, and Lambda's in a network, know no resources",
                nag("L1"): "3.13 is the newest runtime that the locked wheels of all layers are tested on",
            },
        )
        place = self._resources.search.place if _SEARCHING.intersection(spec.needs) else None
        if place is not None:
            role.add_to_policy(allow(_IN_A_NETWORK, "*"))
        self.made[name] = lambda_.Function(
            scope,
            "Function",
            function_name=full_name,
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            code=_code(),
            handler=spec.handler,
            layers=self._layers.versions(spec),
            environment=environment | self._layers.environment(spec),
            memory_size=self._memory_mib(spec),
            timeout=Duration.seconds(limit_s),
            role=role,
            log_group=group,
            tracing=lambda_.Tracing.ACTIVE,
            vpc=place.vpc if place else None,
            vpc_subnets=place.subnets if place else None,
            security_groups=[place.group] if place else None,
        )
        return self.made[name]

    def _memory_mib(self, spec: FunctionSpec) -> int:
        runs_a_model = Need.MODEL in spec.needs
        return max(spec.memory_mib, self._config.search.model_memory_mib if runs_a_model else 0)


# Patterns of .gitignore: everything but the functions, and the API document that one of them serves.
_NOT_CODE = ["/*", "!/functions", "!/docs", "/docs/*", "!/docs/api", "/docs/api/*", "!/docs/api/openapi.json"]


def _code(root: Path = ROOT) -> lambda_.Code:
    """The folder ``functions`` itself, so that handlers are imported by the path they have here."""
    return lambda_.Code.from_asset(str(root), exclude=[*_NOT_CODE, "__pycache__"], ignore_mode=IgnoreMode.GIT)
