"""Least privilege, and the permissions between services, which the local engine does not check."""

import json
import re
from typing import Any

import pytest

from functions.manifest import FUNCTIONS, FunctionSpec, Need
from infra.packaging import ROOT
from lumenstock.notification.events import WEBHOOK_DISABLED, EventType
from tests.infra.gpus import BUILT_HERE
from tests.infra.templates import Resource, Statement, Templates, allowed, synthesise

# Actions that know no resource, with what wants them.
WITHOUT_RESOURCE = {
    "xray:PutTelemetryRecords": "tracing",
    "xray:PutTraceSegments": "tracing",
    "xray:GetSamplingRules": "tracing of the state machine",
    "xray:GetSamplingTargets": "tracing of the state machine",
    "logs:CreateLogDelivery": "logs of the state machine",
    "logs:DeleteLogDelivery": "logs of the state machine",
    "logs:DescribeLogGroups": "logs of the state machine",
    "logs:DescribeResourcePolicies": "logs of the state machine",
    "logs:GetLogDelivery": "logs of the state machine",
    "logs:ListLogDeliveries": "logs of the state machine",
    "logs:PutResourcePolicy": "logs of the state machine",
    "logs:UpdateLogDelivery": "logs of the state machine",
    "batch:ListJobs": "the launcher of GPU jobs",
    "cloudwatch:GetMetricStatistics": "the launcher of GPU jobs",
    "ecr:GetAuthorizationToken": "fetching and pushing the image of the embed job",
    "ecs:DiscoverPollEndpoint": "the machines of AWS Batch",
    "ec2:AssignPrivateIpAddresses": "functions in a network",
    "ec2:CreateNetworkInterface": "functions in a network",
    "ec2:DeleteNetworkInterface": "functions in a network",
    "ec2:DescribeNetworkInterfaces": "functions in a network",
    "ec2:DescribeSubnets": "functions in a network",
    "ec2:UnassignPrivateIpAddresses": "functions in a network",
}
READ_QUEUE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
READ_STREAM = (
    *("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"),
)


@pytest.fixture(scope="session", params=["local", "dev", "prod", "prod with GPUs"])
def everything(request: pytest.FixtureRequest) -> Templates:
    name, _, more = request.param.partition(" with ")
    return synthesise(name, gpu=BUILT_HERE if more == "GPUs" else None)


def grants(templates: Templates) -> list[Statement]:
    """Every statement of the stage that allows something, on roles and on resources.

    Key policies are left out: without ``kms:*`` for the account itself nobody could ever change the key.
    """
    documents = []
    for resource in templates.resources.values():
        if resource.type == "AWS::IAM::Role":
            documents += [policy["PolicyDocument"] for policy in resource.properties.get("Policies", [])]
        documents += [
            document
            for name in ("PolicyDocument", "AccessPolicies")
            if isinstance(document := resource.properties.get(name), dict)
        ]
    return [statement for document in documents for statement in allowed(document)]


def test_no_action_is_a_pattern(everything: Templates) -> None:
    patterns = {action for grant in grants(everything) for action in grant.actions if "*" in action}
    assert patterns == set()


def test_only_actions_that_know_no_resource_are_allowed_on_all(everything: Templates) -> None:
    on_all = {action for grant in grants(everything) if "*" in grant.resources for action in grant.actions}
    assert on_all <= set(WITHOUT_RESOURCE)


def test_no_role_has_a_policy_that_we_did_not_write(everything: Templates) -> None:
    assert [
        role.name for role in everything.of("AWS::IAM::Role") if role.properties.get("ManagedPolicyArns")
    ] == []


def test_a_function_may_nothing_but_what_its_needs_say(stage: Templates) -> None:
    """The manifest's needs, its own log and tracing: counted, so that a stray grant is noticed."""
    idle = stage.role_of(stage.function("meta-api"))
    assert {action for statement in stage.statements(idle) for action in statement.actions} == {
        *("logs:CreateLogStream", "logs:PutLogEvents"),
        *("xray:PutTraceSegments", "xray:PutTelemetryRecords"),
    }


@pytest.mark.parametrize("spec", FUNCTIONS, ids=lambda spec: spec.name)
def test_only_who_needs_it_may_write(stage: Templates, spec: FunctionSpec) -> None:
    actions = {
        action
        for statement in stage.statements(stage.role_of(stage.function(spec.name)))
        for action in statement.actions
    }
    puts_files = {Need.ORIGINALS_UPLOAD, Need.DEVELOPED_WRITE, Need.DERIVATIVES_WRITE} & set(spec.needs)
    assert ("s3:PutObject" in actions) is bool(puts_files)
    writes_rows = {
        *(Need.CATALOG_WRITE, Need.FINGERPRINTS, Need.MARKS, Need.ACCOUNTS, Need.IDEMPOTENCY, Need.WEBHOOKS),
    }
    assert ("dynamodb:PutItem" in actions) is bool(writes_rows & set(spec.needs))
    assert ("events:PutEvents" in actions) is (Need.EVENTS_PUT in spec.needs)
    assert ("states:StartSyncExecution" in actions) is (Need.MACHINE_START in spec.needs)


def test_the_machine_may_call_each_function_that_it_names(stage: Templates) -> None:
    (machine,) = stage.of("AWS::StepFunctions::StateMachine")
    role = stage.named(machine.properties["RoleArn"])
    named = set(re.findall(r"\$\{(\w+)\}", (ROOT / "statemachines/ingest.asl.json").read_text()))
    substitutions = machine.properties["DefinitionSubstitutions"]
    assert set(substitutions) == named
    for arn in substitutions.values():
        assert stage.named(arn).type == "AWS::Lambda::Function"
        assert stage.may(role, "lambda:InvokeFunction", arn)


def test_each_name_in_the_machine_is_the_function_of_that_task(stage: Templates) -> None:
    (machine,) = stage.of("AWS::StepFunctions::StateMachine")
    for task, arn in machine.properties["DefinitionSubstitutions"].items():
        assert stage.named(arn).properties["Handler"] == f"functions.ingest.{task}.handler"


def test_the_dispatcher_may_start_exactly_the_deployed_machine(stage: Templates) -> None:
    (machine,) = stage.of("AWS::StepFunctions::StateMachine")
    role = stage.role_of(stage.function("ingest-dispatch"))
    (arn,) = (
        resource
        for statement in stage.statements(role)
        if "states:StartSyncExecution" in statement.actions
        for resource in statement.resources
    )
    assert arn.rpartition(":")[2] == machine.properties["StateMachineName"]
    variables = stage.function("ingest-dispatch").properties["Environment"]["Variables"]
    assert variables["INGEST_MACHINE_ARN"] == arn


def test_a_mapping_may_read_its_source(stage: Templates) -> None:
    for mapping in stage.of("AWS::Lambda::EventSourceMapping"):
        role = stage.role_of(stage.named(mapping.properties["FunctionName"]))
        source = mapping.properties["EventSourceArn"]
        for action in READ_STREAM if source.endswith(".StreamArn") else READ_QUEUE:
            assert stage.may(role, action, source), (mapping.name, action)


def test_a_mapping_may_set_aside_what_fails(stage: Templates) -> None:
    for mapping in stage.of("AWS::Lambda::EventSourceMapping"):
        if "DestinationConfig" in mapping.properties:
            role = stage.role_of(stage.named(mapping.properties["FunctionName"]))
            assert stage.may(
                role, "sqs:SendMessage", mapping.properties["DestinationConfig"]["OnFailure"]["Destination"]
            )


def rules(templates: Templates) -> list[tuple[Resource, dict[str, Any]]]:
    return [
        (rule, target) for rule in templates.of("AWS::Events::Rule") for target in rule.properties["Targets"]
    ]


def queue_lets_in(templates: Templates, queue_arn: object, rule: Resource) -> bool:
    return any(
        statement["Principal"] == {"Service": "events.amazonaws.com"}
        and "sqs:SendMessage" in statement["Action"]
        and statement["Resource"] == queue_arn
        and statement["Condition"] == {"ArnEquals": {"aws:SourceArn": f"{rule.name}.Arn"}}
        for policy in templates.of("AWS::SQS::QueuePolicy")
        for statement in policy.properties["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    )


def test_a_queue_takes_events_of_its_rule_and_its_dead_letter_queue_takes_the_rest(stage: Templates) -> None:
    to_queues = [
        (rule, target)
        for rule, target in rules(stage)
        if stage.named(str(target["Arn"])).type == "AWS::SQS::Queue"
    ]
    assert len(to_queues) == 2  # uploads, and what webhooks hear of
    for rule, target in to_queues:
        assert queue_lets_in(stage, target["Arn"], rule)
        assert queue_lets_in(stage, target["DeadLetterConfig"]["Arn"], rule)


def test_webhooks_hear_of_images_and_of_nothing_else(stage: Templates) -> None:
    (rule,) = (rule for rule in stage.of("AWS::Events::Rule") if "EventBusName" in rule.properties)
    assert rule.properties["EventPattern"] == {
        "source": ["lumenstock"],
        "detail-type": [{"prefix": "Image"}],
    }
    assert all(str(kind).startswith("Image") for kind in EventType)
    assert not WEBHOOK_DISABLED.startswith("Image")
    bus = stage.named(stage.outputs()["EventBusName"]).name
    assert stage.named(rule.properties["EventBusName"]).name == bus


def test_uploads_below_their_prefix_are_the_only_files_that_start_the_pipeline(stage: Templates) -> None:
    (rule,) = (
        rule
        for rule in stage.of("AWS::Events::Rule")
        if rule.properties.get("EventPattern", {}).get("source") == ["aws.s3"]
    )
    detail = rule.properties["EventPattern"]["detail"]
    bucket = stage.named(detail["bucket"]["name"][0])
    assert bucket.properties["NotificationConfiguration"] == {
        "EventBridgeConfiguration": {"EventBridgeEnabled": True}
    }
    assert bucket.name == stage.named(stage.outputs()["OriginalsBucket"]).name
    assert detail["object"] == {"key": [{"prefix": "originals/"}]}


def test_the_schedules_may_call_the_sweeper_the_purger_and_the_second_look(stage: Templates) -> None:
    called = set()
    for rule, target in rules(stage):
        function = stage.named(str(target["Arn"]))
        if function.type == "AWS::Lambda::Function":
            called.add(function.properties["Handler"])
            assert invoker(stage, function, "events.amazonaws.com") == {f"{rule.name}.Arn"}
    assert called == {
        "functions.ingest.sweep.handler",
        "functions.moderation.purge.handler",
        "functions.embed.second_look.handler",
    }


def invoker(templates: Templates, function: Resource, principal: str) -> set[str]:
    """ARNs for which a service may call a function."""
    return {
        permission.properties["SourceArn"]
        for permission in templates.of("AWS::Lambda::Permission")
        if permission.properties["FunctionName"] == f"{function.name}.Arn"
        and permission.properties["Principal"] == principal
        and permission.properties["Action"] == "lambda:InvokeFunction"
    }


def test_the_gateway_may_call_the_function_behind_each_route(stage: Templates) -> None:
    (api,) = stage.of("AWS::ApiGatewayV2::Api")
    for route in stage.of("AWS::ApiGatewayV2::Route"):
        integration = stage.named(route.properties["Target"].partition("/")[2])
        function = stage.named(integration.properties["IntegrationUri"])
        path = route.properties["RouteKey"].rpartition(" ")[2]
        wanted = "/*/*" + ("" if path == "$default" else path)
        sources = invoker(stage, function, "apigateway.amazonaws.com")
        assert any(source.endswith(f":{api.name}{wanted}") for source in sources), (path, sources)


def test_only_distributions_of_the_account_read_public_files(stage: Templates) -> None:
    derivatives = stage.named(stage.outputs()["DerivativesBucket"])
    (statement,) = (
        statement
        for policy in stage.of("AWS::S3::BucketPolicy")
        if policy.properties["Bucket"] == derivatives.name
        for statement in policy.properties["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    )
    assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert statement["Action"] == "s3:GetObject"
    (source,) = statement["Condition"]["ArnLike"].values()
    assert re.fullmatch(r"arn:aws:cloudfront::(AWS::AccountId|\d{12}):distribution/\*", source)


def test_alarms_may_be_published_and_only_by_this_account(stage: Templates) -> None:
    (policy,) = stage.of("AWS::SNS::TopicPolicy")
    publish = [
        statement
        for statement in policy.properties["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    ]
    assert [statement["Principal"] for statement in publish] == [{"Service": "cloudwatch.amazonaws.com"}]
    assert "aws:SourceAccount" in json.dumps(publish[0]["Condition"])


@pytest.mark.parametrize(
    ("name", "actions"),
    [
        ("ingest-validate", {"kms:Decrypt"}),
        ("uploads-api", {"kms:GenerateDataKey", "kms:Decrypt"}),
        ("auth-api", {"kms:Decrypt"}),
        ("webhooks-api", {"kms:Decrypt", "kms:GenerateDataKey"}),
        ("webhooks-deliver", {"kms:Decrypt", "kms:GenerateDataKey"}),
    ],
)
def test_who_touches_encrypted_data_may_use_the_key(cloud: Templates, name: str, actions: set[str]) -> None:
    (key,) = cloud.of("AWS::KMS::Key")
    for action in actions:
        assert cloud.may(cloud.role_of(cloud.function(name)), action, f"{key.name}.Arn"), action
