import pytest

from functions.manifest import FUNCTIONS, Need
from tests.infra.templates import Templates, synthesise

ON_AWS_ONLY = {"Network", "Search"}
EVERYWHERE = {"Data", "Pipeline", "Api", "Delivery", "Observability"}
PUBLISHED = {
    *("ApiUrl", "ApiId", "OriginalsBucket", "DerivativesBucket", "CatalogTable", "FingerprintsTable"),
    *("AccountsTable", "IngestQueueUrl", "IngestDlqUrl", "EmbedLiveQueueUrl", "EmbedLiveDlqUrl"),
    *("EmbedBulkQueueUrl", "EmbedBulkDlqUrl", "BackfillFunctionArn", "BackfillRoleArn"),
    *("WebhooksQueueUrl", "WebhooksDlqUrl"),
    "SearchEngine",
    *(
        "IngestMachineArn",
        "EventBusName",
        "UserPoolId",
        "UserPoolClientId",
        "DistributionId",
        "DistributionDomain",
    ),
}
OPENSEARCH = {
    *("SearchEngine", "SearchEndpoint", "SearchVectors", "SearchShards", "SearchReplicas"),
    *("SnapshotsBucket", "SnapshotsRole"),
}
# The local engine's CloudFormation knows none of these, or knows them and does nothing.
UNKNOWN_TO_THE_ENGINE = {
    "AWS::Backup::BackupSelection",
    "AWS::CloudFront::KeyGroup",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::EC2::FlowLog",
    "AWS::EC2::NatGateway",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::Events::Archive",
    "AWS::Pipes::Pipe",
    "Custom::AWS",
}


def parts(templates: Templates) -> set[str]:
    return {name.rpartition("-")[2] for name in templates.stacks}


def test_local_has_what_runs_on_one_machine(local: Templates) -> None:
    assert parts(local) == EVERYWHERE


def test_stages_on_aws_have_a_network_for_the_index(cloud: Templates) -> None:
    assert parts(cloud) == EVERYWHERE | ON_AWS_ONLY


def test_what_other_programs_read_is_published_once(stage: Templates) -> None:
    index = {"SearchDir"} if stage.config.local else OPENSEARCH
    assert set(stage.outputs()) == PUBLISHED | index


def test_the_local_stage_has_no_search_domain(local: Templates) -> None:
    assert local.of("AWS::OpenSearchService::Domain") == []


def test_a_stage_on_aws_has_a_search_domain_of_the_size_that_its_pictures_need(cloud: Templates) -> None:
    (domain,) = cloud.of("AWS::OpenSearchService::Domain")
    cluster, wanted = domain.properties["ClusterConfig"], cloud.config.search.cluster
    assert cluster["InstanceCount"] == wanted.data_nodes
    assert cluster["InstanceType"] == wanted.instance_type
    assert cluster.get("DedicatedMasterCount", 0) == wanted.masters
    assert domain.properties["EBSOptions"]["VolumeSize"] == wanted.volume_gib
    assert len(domain.properties["VPCOptions"]["SubnetIds"]) == min(cluster["InstanceCount"], 3)
    assert domain.properties["DomainEndpointOptions"]["EnforceHTTPS"]
    assert domain.properties["EncryptionAtRestOptions"]["Enabled"]
    assert domain.properties["NodeToNodeEncryptionOptions"]["Enabled"]


@pytest.mark.parametrize("engine", ["none", "opensearch"])
def test_without_a_domain_there_is_no_network_to_pay_for(engine: str) -> None:
    elsewhere = "https://search.example" if engine == "opensearch" else None
    templates = synthesise("dev", engine=engine, endpoint=elsewhere)
    assert parts(templates) == EVERYWHERE
    assert all("VpcConfig" not in function.properties for function in templates.of("AWS::Lambda::Function"))


def test_nothing_on_aws_needs_a_way_to_the_internet(cloud: Templates) -> None:
    assert cloud.of("AWS::EC2::NatGateway") == []


def test_what_searches_stands_beside_the_domain_and_nothing_else_does(cloud: Templates) -> None:
    searching = {
        spec.name for spec in FUNCTIONS if {Need.SEARCH_READ, Need.SEARCH_WRITE}.intersection(spec.needs)
    }
    (domain,) = cloud.of("AWS::OpenSearchService::Domain")
    placed = {
        spec.name: cloud.function(spec.name).properties["VpcConfig"]
        for spec in FUNCTIONS
        if "VpcConfig" in cloud.function(spec.name).properties
    }
    assert set(placed) == searching
    subnets = set(domain.properties["VPCOptions"]["SubnetIds"])
    assert all(subnets <= set(place["SubnetIds"]) for place in placed.values())


def test_each_service_that_a_function_in_the_network_calls_has_its_endpoint_there(cloud: Templates) -> None:
    services = {endpoint.properties["ServiceName"] for endpoint in cloud.of("AWS::EC2::VPCEndpoint")}
    reached = {name.rpartition(".")[2] for name in map(str, services)}
    assert reached == {"s3", "dynamodb", "events", "secretsmanager", "sqs"}
    outside = {"ec2", "es", "logs", "xray", "kms"}  # Lambda's own, the domain, and what DynamoDB does for us
    for spec in FUNCTIONS:
        function = cloud.function(spec.name)
        if "VpcConfig" in function.properties:
            used = {
                action.partition(":")[0]
                for statement in cloud.statements(cloud.role_of(function))
                for action in statement.actions
            }
            assert used <= reached | outside, spec.name


def test_snapshots_are_written_by_the_domain_alone_and_into_their_bucket_alone(cloud: Templates) -> None:
    (domain,) = cloud.of("AWS::OpenSearchService::Domain")
    outputs = cloud.outputs()
    role, bucket = cloud.named(outputs["SnapshotsRole"]), cloud.named(outputs["SnapshotsBucket"])
    (trust,) = role.properties["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "es.amazonaws.com"}
    assert domain.name in str(trust["Condition"]["ArnLike"]["aws:SourceArn"])
    assert trust["Condition"]["StringEquals"]["aws:SourceAccount"]
    granted = {
        action: statement.resources for statement in cloud.statements(role) for action in statement.actions
    }
    assert set(granted) == {"s3:ListBucket", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"}
    assert all(bucket.name in str(resources) for resources in granted.values())


def test_functions_reach_a_domain_by_its_own_address(cloud: Templates) -> None:
    (domain,) = cloud.of("AWS::OpenSearchService::Domain")
    variables = cloud.function("search-api").properties["Environment"]["Variables"]
    assert variables["SEARCH_ENGINE"] == "opensearch"
    assert variables["SEARCH_ENDPOINT"] == f"https://{domain.name}.DomainEndpoint"
    assert variables["SEARCH_VECTORS"] == "faiss"


def test_what_only_searches_cannot_write_to_the_index(cloud: Templates) -> None:
    paths = {
        resource.rpartition("/")[2]
        for statement in cloud.statements(cloud.role_of(cloud.function("search-api")))
        if any(action.startswith("es:") for action in statement.actions)
        for resource in statement.resources
    }
    assert "_search" in paths
    assert paths.isdisjoint({"_bulk", "img-v1"})


def test_a_known_account_is_not_asked_for_its_zones() -> None:
    templates = synthesise("prod", account="123456789012")
    zones = {subnet.properties["AvailabilityZone"] for subnet in templates.of("AWS::EC2::Subnet")}
    assert zones == set(templates.config.network.availability_zones if templates.config.network else ())


def test_local_uses_nothing_that_the_engine_lacks(local: Templates) -> None:
    types = {resource.type for resource in local.resources.values()}
    assert types.isdisjoint(UNKNOWN_TO_THE_ENGINE)


def test_no_alarm_of_the_local_stage_computes_with_metrics(local: Templates) -> None:
    assert [alarm.name for alarm in local.of("AWS::CloudWatch::Alarm") if "Metrics" in alarm.properties] == []


def test_no_function_but_our_own_is_deployed(stage: Templates) -> None:
    names = {
        function.properties.get("FunctionName", function.name)
        for function in stage.of("AWS::Lambda::Function")
    }
    assert all(name.startswith(f"lumenstock-{stage.config.stage}-") for name in names)
