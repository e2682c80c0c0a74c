"""What S3 Batch Operations may do: the local engine lacks the service, so templates hold it."""

from tests.infra.templates import Resource, Statement, Templates


def batch_role(templates: Templates) -> Resource:
    return templates.named(templates.outputs()["BackfillRoleArn"])


def of(statements: list[Statement], action: str) -> tuple[str, ...]:
    return tuple(
        resource
        for statement in statements
        if action in statement.actions
        for resource in statement.resources
    )


def test_only_s3_batch_operations_assumes_the_role(stage: Templates) -> None:
    (statement,) = batch_role(stage).properties["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "batchoperations.s3.amazonaws.com"}
    assert statement["Action"] == "sts:AssumeRole"


def test_it_calls_one_function_and_touches_manifests_and_reports_only(stage: Templates) -> None:
    statements = list(stage.statements(batch_role(stage)))
    originals = stage.named(stage.outputs()["OriginalsBucket"]).name
    function = stage.function("backfill-revise").name
    assert {action for statement in statements for action in statement.actions} == {
        *("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "lambda:InvokeFunction"),
    }
    for action in ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"):
        assert of(statements, action) == (f"{originals}.Arn/bulk/*",)
    assert of(statements, "lambda:InvokeFunction") == (f"{function}.Arn",)
    assert stage.outputs()["BackfillFunctionArn"] == f"{function}.Arn"


def test_manifests_and_reports_go_after_90_days_and_originals_never(stage: Templates) -> None:
    bucket = stage.named(stage.outputs()["OriginalsBucket"])
    expiring = {
        rule["Prefix"]: rule["ExpirationInDays"]
        for rule in bucket.properties["LifecycleConfiguration"]["Rules"]
        if "ExpirationInDays" in rule
    }
    assert expiring == {"bulk/": 90}


def test_what_lies_below_bulk_starts_no_pipeline(stage: Templates) -> None:
    prefixes = [
        key["prefix"]
        for rule in stage.of("AWS::Events::Rule")
        if rule.properties.get("EventPattern", {}).get("source") == ["aws.s3"]
        for key in rule.properties["EventPattern"]["detail"]["object"]["key"]
    ]
    assert prefixes == ["originals/"]
    assert not any("bulk/manifest.csv".startswith(prefix) for prefix in prefixes)


def test_nothing_but_a_job_drains_the_queue_of_backfills(stage: Templates) -> None:
    bulk = stage.named(stage.outputs()["EmbedBulkQueueUrl"])
    sources = {
        stage.named(mapping.properties["EventSourceArn"]).name
        for mapping in stage.of("AWS::Lambda::EventSourceMapping")
    }
    assert bulk.name not in sources
