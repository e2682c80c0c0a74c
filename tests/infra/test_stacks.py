import pytest

from tests.infra.templates import Templates, synthesise

ON_AWS_ONLY = {"Network", "Search"}
EVERYWHERE = {"Data", "Pipeline", "Api", "Delivery", "Observability"}
PUBLISHED = {
    *("ApiUrl", "ApiId", "OriginalsBucket", "DerivativesBucket", "CatalogTable", "FingerprintsTable"),
    *("AccountsTable", "IngestQueueUrl", "IngestDlqUrl", "EmbedLiveQueueUrl", "EmbedLiveDlqUrl"),
    *("EmbedBulkQueueUrl", "EmbedBulkDlqUrl", "BackfillFunctionArn", "BackfillRoleArn"),
    *("WebhooksQueueUrl", "WebhooksDlqUrl"),
    *(
        "IngestMachineArn",
        "EventBusName",
        "UserPoolId",
        "UserPoolClientId",
        "DistributionId",
        "DistributionDomain",
    ),
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
    assert set(stage.outputs()) == PUBLISHED


def test_no_stage_has_a_search_domain_yet(stage: Templates) -> None:
    assert stage.of("AWS::OpenSearchService::Domain") == []


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_a_search_domain_can_be_switched_on(name: str) -> None:
    templates = synthesise(name, domain=True)
    (domain,) = templates.of("AWS::OpenSearchService::Domain")
    cluster = domain.properties["ClusterConfig"]
    assert cluster["InstanceCount"] == templates.config.search.data_nodes
    assert len(domain.properties["VPCOptions"]["SubnetIds"]) == min(cluster["InstanceCount"], 3)
    assert domain.properties["DomainEndpointOptions"]["EnforceHTTPS"]
    assert domain.properties["EncryptionAtRestOptions"]["Enabled"]
    assert domain.properties["NodeToNodeEncryptionOptions"]["Enabled"]


def test_the_network_costs_nothing_while_nothing_is_in_it(cloud: Templates) -> None:
    assert cloud.of("AWS::EC2::NatGateway") == []
    assert {endpoint.properties["VpcEndpointType"] for endpoint in cloud.of("AWS::EC2::VPCEndpoint")} == {
        "Gateway"
    }


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
