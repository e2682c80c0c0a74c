"""The role of upload sessions, as deployed: the engine enforces it, and this says what it is."""

from tests.infra.templates import Resource, Templates

ACTIONS = {"s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"}


def uploader(stage: Templates) -> Resource:
    (role,) = (
        role
        for role in stage.of("AWS::IAM::Role")
        if str(role.properties.get("RoleName", "")).endswith("-uploader")
    )
    return role


def test_only_the_uploads_api_may_assume_it(stage: Templates) -> None:
    (statement,) = uploader(stage).properties["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Action"] == "sts:AssumeRole"
    assert statement["Effect"] == "Allow"
    assert "Condition" not in statement
    principal = stage.named(statement["Principal"]["AWS"])
    assert principal.name == stage.role_of(stage.function("uploads-api")).name


def test_only_the_uploads_api_may_ask_for_it_and_for_no_other_role(stage: Templates) -> None:
    for function in stage.of("AWS::Lambda::Function"):
        role = stage.role_of(function)
        asked = [
            resource
            for statement in stage.statements(role)
            if "sts:AssumeRole" in statement.actions
            for resource in statement.resources
        ]
        is_uploads = function.properties["Handler"] == "functions.uploads.api.handler"
        assert len(asked) == is_uploads
        if is_uploads:
            assert asked[0].endswith(f":role/{uploader(stage).properties['RoleName']}")
            assert function.properties["Environment"]["Variables"]["UPLOAD_ROLE_ARN"] == asked[0]


def test_it_puts_files_below_originals_and_nothing_else(stage: Templates) -> None:
    bucket = stage.named(stage.outputs()["OriginalsBucket"]).name
    on_files = [
        statement
        for statement in stage.statements(uploader(stage))
        if not all(action.startswith("kms:") for action in statement.actions)
    ]
    (statement,) = on_files
    assert set(statement.actions) == ACTIONS
    assert list(statement.resources) == [f"{bucket}.Arn/originals/*"]


def test_it_may_use_the_buckets_key_and_no_other(cloud: Templates) -> None:
    (key,) = cloud.of("AWS::KMS::Key")
    (statement,) = (
        statement for statement in cloud.statements(uploader(cloud)) if "kms:Decrypt" in statement.actions
    )
    assert set(statement.actions) == {"kms:Decrypt", "kms:GenerateDataKey"}
    assert list(statement.resources) == [f"{key.name}.Arn"]
