"""The embed job on GPUs, which the local engine only pretends to run: templates hold it."""

import json
from typing import Any

import pytest

from functions.gpu import EMBED_JOB
from gpu_batch import job
from infra.config import StageConfig
from infra.packaging import ROOT
from lumenstock.settings import Settings
from tests.infra.gpus import BUILT_HERE, BY_DIGEST, DIGEST
from tests.infra.templates import Resource, Templates, synthesise


@pytest.fixture(scope="session")
def gpus() -> Templates:
    return synthesise("prod", gpu=BUILT_HERE)


def container(templates: Templates) -> dict[str, Any]:
    (definition,) = templates.of("AWS::Batch::JobDefinition")
    found: dict[str, Any] = definition.properties["ContainerProperties"]
    return found


def actions(templates: Templates, role: Resource) -> set[str]:
    return {action for statement in templates.statements(role) for action in statement.actions}


def test_no_stage_has_gpus_unless_it_asks_for_them(stage: Templates) -> None:
    assert stage.of("AWS::Batch::JobQueue") == []


def test_gpus_without_a_network_are_refused() -> None:
    local = StageConfig.load("local")
    with pytest.raises(ValueError, match="GPUs need a network"):
        StageConfig.model_validate(local.model_dump() | {"gpu": BUILT_HERE.model_dump()})


def test_spot_comes_first_and_nothing_runs_while_nothing_waits(gpus: Templates) -> None:
    (queue,) = gpus.of("AWS::Batch::JobQueue")
    order = sorted(queue.properties["ComputeEnvironmentOrder"], key=lambda entry: entry["Order"])
    machines = [gpus.named(entry["ComputeEnvironment"]).properties["ComputeResources"] for entry in order]
    assert [one["Type"] for one in machines] == ["SPOT", "EC2"]
    for one in machines:
        assert (one["MinvCpus"], one["MaxvCpus"]) == (0, 16)
        assert one["InstanceTypes"] == ["g6.xlarge", "g5.xlarge"]
        assert one["Ec2Configuration"] == [{"ImageType": "ECS_AL2023_NVIDIA"}]


def test_nobody_reaches_the_machines_and_they_ask_for_tokens_of_version_2(gpus: Templates) -> None:
    for group in gpus.of("AWS::EC2::SecurityGroup"):
        if "/Lumenstock" in f"/{group.name}" and "-Gpu/" in group.name:
            assert "SecurityGroupIngress" not in group.properties
            assert [rule["FromPort"] for rule in group.properties["SecurityGroupEgress"]] == [443]
    (template,) = gpus.of("AWS::EC2::LaunchTemplate")
    data = template.properties["LaunchTemplateData"]
    assert data["MetadataOptions"]["HttpTokens"] == "required"
    assert data["BlockDeviceMappings"][0]["Ebs"]["Encrypted"]


def test_the_job_runs_the_entry_point_of_the_manifest_on_one_gpu(gpus: Templates) -> None:
    found = container(gpus)
    assert found["Command"] == list(EMBED_JOB.command)
    assert {"Type": "GPU", "Value": "1"} in found["ResourceRequirements"]
    assert found["ReadonlyRootFilesystem"]
    assert found.get("Privileged") in {None, False}


def test_every_variable_of_the_job_is_a_setting_or_the_platform_s(gpus: Templates) -> None:
    names = {entry["Name"] for entry in container(gpus)["Environment"]}
    platform = {"AWS_DEFAULT_REGION", "LOG_LEVEL", "POWERTOOLS_SERVICE_NAME"}
    assert names - platform <= {name.upper() for name in Settings.model_fields}
    assert {"EMBED_LIVE_QUEUE_URL", "EMBED_BULK_QUEUE_URL", "CATALOG_TABLE", "EMBED_DEVICE"} <= names


def test_what_the_job_may_touch_is_what_it_needs(gpus: Templates) -> None:
    role = gpus.named(container(gpus)["JobRoleArn"])
    originals = gpus.named(gpus.outputs()["OriginalsBucket"]).name
    assert actions(gpus, role) == {
        *("sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"),
        *("s3:GetObject", "s3:PutObject", "s3:ListBucket"),
        *("dynamodb:BatchGetItem", "dynamodb:BatchWriteItem"),
        *("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"),
    }
    puts = [one.resources for one in gpus.statements(role) if "s3:PutObject" in one.actions]
    assert puts == [(f"{originals}.Arn/bulk/embed/*",)]


def test_a_job_whose_machine_is_taken_away_or_that_ran_out_of_time_is_tried_again(gpus: Templates) -> None:
    (definition,) = gpus.of("AWS::Batch::JobDefinition")
    again = [
        {name: value for name, value in rule.items() if name != "Action"}
        for rule in definition.properties["RetryStrategy"]["EvaluateOnExit"]
        if rule["Action"] == "RETRY"
    ]
    assert again == [{"OnStatusReason": "Host EC2*"}, {"OnExitCode": str(job.UNFINISHED)}]


def test_the_launcher_may_submit_that_job_to_that_queue_and_knows_both(gpus: Templates) -> None:
    launcher = gpus.function("embed-launch")
    (queue,) = gpus.of("AWS::Batch::JobQueue")
    (definition,) = gpus.of("AWS::Batch::JobDefinition")
    variables = launcher.properties["Environment"]["Variables"]
    role = gpus.role_of(launcher)
    for arn in (variables["GPU_QUEUE_ARN"], variables["GPU_DEFINITION_ARN"]):
        assert gpus.may(role, "batch:SubmitJob", arn)
    assert gpus.named(variables["GPU_QUEUE_ARN"]).name == queue.name
    assert gpus.named(variables["GPU_DEFINITION_ARN"]).name == definition.name
    assert variables["GPU_JOBS_MAX"] == "4"


def test_a_job_that_failed_for_good_is_a_message_with_an_alarm(gpus: Templates) -> None:
    (queue,) = gpus.of("AWS::Batch::JobQueue")
    (rule,) = (
        rule
        for rule in gpus.of("AWS::Events::Rule")
        if rule.properties.get("EventPattern", {}).get("source") == ["aws.batch"]
    )
    detail = rule.properties["EventPattern"]["detail"]
    assert detail["status"] == ["FAILED"]
    assert gpus.named(detail["jobQueue"][0]).name == queue.name
    (target,) = rule.properties["Targets"]
    letters = gpus.named(target["Arn"]).name
    watched = [
        dimension["Value"]
        for alarm in gpus.of("AWS::CloudWatch::Alarm")
        for dimension in alarm.properties.get("Dimensions", [])
        if dimension["Name"] == "QueueName"
    ]
    assert f"{letters}.QueueName" in watched


def test_an_image_of_one_s_own_is_taken_by_its_digest_and_nothing_is_built() -> None:
    templates = synthesise("dev", gpu=BY_DIGEST)
    assert container(templates)["Image"].endswith(f"/ours/embed-job@{DIGEST}")
    assert templates.of("AWS::CodeBuild::Project") == []


def test_the_image_that_is_built_here_is_the_one_that_the_job_runs(gpus: Templates) -> None:
    (project,) = gpus.of("AWS::CodeBuild::Project")
    commands = json.loads(project.properties["Source"]["BuildSpec"])["phases"]["build"]["commands"]
    assert f"docker push {container(gpus)['Image']}" in commands
    assert gpus.outputs()["EmbedJobImage"] == container(gpus)["Image"]


def test_what_the_image_is_made_of_is_all_that_the_build_gets(gpus: Templates) -> None:
    (context,) = (path.parent for path in gpus.folder.glob("asset.*/gpu_batch"))
    dockerfile = (ROOT / "gpu_batch" / "Dockerfile").read_text()
    copied = [line.split()[1] for line in dockerfile.splitlines() if line.startswith("COPY")]
    assert all((context / name).exists() for name in copied)
    assert sorted(path.name for path in (context / "requirements").iterdir()) == ["cuda.txt", "gpu.txt"]
    assert sorted(path.name for path in context.iterdir()) == ["gpu_batch", "layers", "requirements"]
