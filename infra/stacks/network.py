"""The network of the search domain; nothing else needs one."""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from infra.config import Network
from infra.constructs.function import log_group
from infra.stacks.stack import Stage, StageStack


class NetworkStack(StageStack):
    """A VPC that reaches S3 and DynamoDB inside AWS, and the internet only where the stage pays for it."""

    def __init__(self, scope: Construct, stage: Stage, *, network: Network) -> None:
        super().__init__(scope, "Network", stage)
        # The construct asks AWS for the zones of a known account, even of one whose zones are given.
        zones = list(network.availability_zones)
        self.node.set_context(f"availability-zones:account={self.account}:region={self.region}", zones)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            availability_zones=zones,
            gateway_endpoints={
                "S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3),
                "DynamoDb": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.DYNAMODB),
            },
            nat_gateways=network.nat_gateways,
            restrict_default_security_group=False,  # would need a function of CDK's; nothing uses that group
            subnet_configuration=[*_subnets(network)],
        )
        self.vpc.add_flow_log(
            "Flows",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(
                log_group(self, "FlowLog", self.config, f"/lumenstock/{self.config.stage}/vpc-flows")
            ),
            traffic_type=ec2.FlowLogTrafficType.REJECT,
        )


def _subnets(network: Network) -> list[ec2.SubnetConfiguration]:
    data = ec2.SubnetConfiguration(name="data", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=24)
    if not network.nat_gateways:
        return [data]
    return [
        data,
        ec2.SubnetConfiguration(
            name="public", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=24, map_public_ip_on_launch=False
        ),
        ec2.SubnetConfiguration(name="app", subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS, cidr_mask=20),
    ]
