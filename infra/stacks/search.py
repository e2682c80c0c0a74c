"""The search index of dev and prod: an OpenSearch domain in the VPC."""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_opensearchservice as opensearch
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.findings import accept, nag
from infra.constructs.function import log_group
from infra.constructs.snapshots import Snapshots
from infra.constructs.storage import removal
from infra.packaging import ROOT
from infra.search_access import Place, SearchAccess
from infra.stacks.data import DataStack
from infra.stacks.network import NetworkStack
from infra.stacks.stack import Stage, StageStack

_HTTPS = ec2.Port.tcp(443)
_REQUESTS = ("es:ESHttpDelete", "es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut")


# What functions that search talk to beside the index; S3 and DynamoDB have gateways, which cost nothing.
_SERVICES = {
    "Events": ec2.InterfaceVpcEndpointAwsService.EVENTBRIDGE,
    "Secrets": ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
    "Sqs": ec2.InterfaceVpcEndpointAwsService.SQS,
}


def search_environment(config: StageConfig, endpoint: str | None = None) -> dict[str, str]:
    """Settings of the functions that use the index of a stage."""
    search = config.search
    folder = {"SEARCH_DIR": str(ROOT / search.folder)} if search.folder else {}
    address = {"SEARCH_ENDPOINT": endpoint or search.endpoint or ""}
    shape = {
        "SEARCH_VECTORS": search.vectors,
        "SEARCH_SHARDS": str(search.cluster.shards),
        "SEARCH_REPLICAS": str(search.replicas),
    }
    used = {**address, **shape} if search.engine == "opensearch" else folder
    return {"SEARCH_ENGINE": search.engine, **used}


class SearchStack(StageStack):
    """The domain of a stage that has one, the functions' way to it, and its access as functions get it."""

    def __init__(self, scope: Construct, stage: Stage, *, network: NetworkStack, data: DataStack) -> None:
        super().__init__(scope, "Search", stage)
        vpc = network.vpc
        self.clients = ec2.SecurityGroup(
            self,
            "Clients",
            vpc=vpc,
            description="Functions that search",
            allow_all_outbound=False,
        )
        # Gateways have public addresses; of those, only S3's and DynamoDB's have a route from here.
        self.clients.add_egress_rule(ec2.Peer.any_ipv4(), _HTTPS, "The search domain and AWS services")
        self.index = ec2.SecurityGroup(
            self, "Index", vpc=vpc, description="The search domain", allow_all_outbound=False
        )
        self.index.add_ingress_rule(self.clients, _HTTPS, "Functions that search")
        self._endpoints(vpc)
        domain = self._domain(vpc)
        endpoint = f"https://{domain.domain_endpoint}"
        self.publish(SearchEndpoint=endpoint)
        kept = Snapshots(self, "Snapshots", config=self.config, domain=domain, access_logs=data.access_logs)
        self.publish(SnapshotsBucket=kept.bucket.bucket_name, SnapshotsRole=kept.role.role_arn)
        self.access = SearchAccess(
            environment=search_environment(self.config, endpoint),
            domain=domain,
            place=Place(vpc, ec2.SubnetSelection(subnets=vpc.isolated_subnets), self.clients),
        )

    def _endpoints(self, vpc: ec2.Vpc) -> None:
        group = ec2.SecurityGroup(
            self, "Services", vpc=vpc, description="Endpoints of AWS services", allow_all_outbound=False
        )
        group.add_ingress_rule(self.clients, _HTTPS, "Functions that search")
        for name, service in _SERVICES.items():
            ec2.InterfaceVpcEndpoint(
                self,
                name,
                vpc=vpc,
                service=service,
                open=False,
                security_groups=[group],
                subnets=ec2.SubnetSelection(subnets=vpc.isolated_subnets),
            )

    def _domain(self, vpc: ec2.Vpc) -> opensearch.Domain:
        cluster = self.config.search.cluster
        zones = min(cluster.data_nodes, len(vpc.availability_zones))
        name = f"lumenstock-{self.config.stage}"
        domain = opensearch.Domain(
            self,
            "Domain",
            domain_name=name,
            version=opensearch.EngineVersion.OPENSEARCH_3_5,
            capacity=opensearch.CapacityConfig(
                data_nodes=cluster.data_nodes,
                data_node_instance_type=cluster.instance_type,
                master_nodes=cluster.masters or None,
                master_node_instance_type=cluster.master_type,
                multi_az_with_standby_enabled=False,
            ),
            ebs=opensearch.EbsOptions(
                volume_size=cluster.volume_gib, volume_type=ec2.EbsDeviceVolumeType.GP3
            ),
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
        if not self.config.search.replicas:
            alone = "One node to try it on: there is no copy, and what is lost is rebuilt from the catalogue"
            accept(domain, {nag("OS4"): alone, nag("OS7"): alone})
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
