"""The search index of dev and prod: an OpenSearch domain in the VPC."""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_opensearchservice as opensearch
from constructs import Construct

from infra.constructs.findings import accept, nag
from infra.constructs.function import log_group
from infra.constructs.storage import removal
from infra.stacks.network import NetworkStack
from infra.stacks.stack import Stage, StageStack

_HTTPS = ec2.Port.tcp(443)
_REQUESTS = ("es:ESHttpDelete", "es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut")


class SearchStack(StageStack):
    """Security groups of the index and of its clients, and the domain where the stage switches it on.

    It is off until the adapter exists: a domain costs money while it idles, from about 27 USD a month.
    """

    def __init__(self, scope: Construct, stage: Stage, *, network: NetworkStack) -> None:
        super().__init__(scope, "Search", stage)
        self.clients = ec2.SecurityGroup(
            self,
            "Clients",
            vpc=network.vpc,
            description="Functions that search",
            allow_all_outbound=False,
        )
        self.index = ec2.SecurityGroup(
            self, "Index", vpc=network.vpc, description="The search domain", allow_all_outbound=False
        )
        self.index.add_ingress_rule(self.clients, _HTTPS, "Functions that search")
        self.clients.add_egress_rule(self.index, _HTTPS, "The search domain")
        self.domain = self._domain(network.vpc) if self.config.search.domain else None

    def _domain(self, vpc: ec2.Vpc) -> opensearch.Domain:
        search = self.config.search
        zones = min(search.data_nodes, len(vpc.availability_zones))
        name = f"lumenstock-{self.config.stage}"
        domain = opensearch.Domain(
            self,
            "Domain",
            domain_name=name,
            version=opensearch.EngineVersion.OPENSEARCH_3_5,
            capacity=opensearch.CapacityConfig(
                data_nodes=search.data_nodes,
                data_node_instance_type=search.instance_type,
                master_nodes=search.master_nodes or None,
                master_node_instance_type="m8g.large.search" if search.master_nodes else None,
                multi_az_with_standby_enabled=False,
            ),
            ebs=opensearch.EbsOptions(volume_size=search.volume_gib, volume_type=ec2.EbsDeviceVolumeType.GP3),
            zone_awareness=opensearch.ZoneAwarenessConfig(
                enabled=zones > 1, availability_zone_count=zones if zones > 1 else None
            ),
            vpc=vpc,
            vpc_subnets=[ec2.SubnetSelection(subnets=vpc.isolated_subnets[:zones])],
            security_groups=[self.index],
            encryption_at_rest=opensearch.EncryptionAtRestOptions(enabled=True),
            node_to_node_encryption=True,
            enforce_https=True,
            tls_security_policy=opensearch.TLSSecurityPolicy.TLS_1_2_PFS,
            enable_auto_software_update=True,
            off_peak_window_enabled=True,
            logging=self._logging(name),
            suppress_logs_resource_policy=True,  # CDK's own is a function that calls the API
            removal_policy=removal(self.config),
        )
        self._allow_clients(domain, name)
        accept(domain, {nag("OS3"): "The domain is in a VPC; its security group lets only our functions in"})
        return domain

    def _logging(self, name: str) -> opensearch.LoggingOptions:
        group = log_group(self, "DomainLog", self.config, f"/aws/opensearch/{name}")
        logs.ResourcePolicy(
            self,
            "DomainMayLog",
            policy_statements=[
                iam.PolicyStatement(
                    principals=[iam.ServicePrincipal("es.amazonaws.com")],
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=[group.log_group_arn],
                    conditions={"StringEquals": {"aws:SourceAccount": self.account}},
                )
            ],
        )
        return opensearch.LoggingOptions(
            app_log_enabled=True,
            app_log_group=group,
            slow_index_log_enabled=True,
            slow_index_log_group=group,
            slow_search_log_enabled=True,
            slow_search_log_group=group,
        )

    def _allow_clients(self, domain: opensearch.Domain, name: str) -> None:
        """The account's roles may search, as far as their own policies say so."""
        resource = domain.node.default_child
        if not isinstance(resource, opensearch.CfnDomain):
            raise TypeError(resource)
        arn = self.format_arn(service="es", resource="domain", resource_name=f"{name}/*")
        statement = iam.PolicyStatement(
            principals=[iam.AccountRootPrincipal()], actions=list(_REQUESTS), resources=[arn]
        )
        resource.access_policies = iam.PolicyDocument(statements=[statement])
