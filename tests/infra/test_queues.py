import json

import pytest

from cli.redrive import Queue
from cli.stage import settings_of
from infra.stacks.pipeline import TASKS
from tests.infra.templates import Resource, Templates


def queues(templates: Templates) -> list[Resource]:
    return templates.of("AWS::SQS::Queue")


def dead_letter_queues(templates: Templates) -> set[str]:
    """All queues that take what could not be done, by name."""
    redriven = {queue.properties["RedrivePolicy"]["deadLetterTargetArn"] for queue in work_queues(templates)}
    failed = {
        mapping.properties["DestinationConfig"]["OnFailure"]["Destination"]
        for mapping in templates.of("AWS::Lambda::EventSourceMapping")
        if "DestinationConfig" in mapping.properties
    }
    return {templates.named(arn).name for arn in redriven | failed}


def work_queues(templates: Templates) -> list[Resource]:
    return [queue for queue in queues(templates) if "RedrivePolicy" in queue.properties]


def alarmed(templates: Templates, metric: str, threshold: int) -> set[str]:
    """Names of the queues with an alarm on a metric above ``threshold`` that tells somebody."""
    return {
        templates.named(dimension["Value"]).name
        for alarm in templates.of("AWS::CloudWatch::Alarm")
        if alarm.properties["MetricName"] == metric
        and alarm.properties["Threshold"] == threshold
        and alarm.properties["AlarmActions"]
        for dimension in alarm.properties["Dimensions"]
    }


def test_every_queue_has_a_dead_letter_queue_or_is_one(stage: Templates) -> None:
    names = {queue.name for queue in queues(stage)}
    assert names == {queue.name for queue in work_queues(stage)} | dead_letter_queues(stage)


def test_what_lies_in_a_dead_letter_queue_can_be_moved_back_by_a_command(stage: Templates) -> None:
    """But for changes of the catalogue: their message holds no data, and `ops reindex` takes its place."""
    outputs, settings = stage.outputs(), settings_of(stage.outputs())
    letters = {stage.named(settings[f"{queue.replace('-', '_')}_dlq_url".upper()]).name for queue in Queue}
    unindexed = {name for name in dead_letter_queues(stage) if "Unindexed" in name}
    assert letters | unindexed == dead_letter_queues(stage)
    assert letters.isdisjoint(unindexed)
    assert {name for name in outputs if name.endswith("DlqUrl")} == {
        f"{queue.title().replace('-', '')}DlqUrl" for queue in Queue
    }


def test_the_first_dead_letter_is_an_alarm(stage: Templates) -> None:
    assert alarmed(stage, "ApproximateNumberOfMessagesVisible", 0) == dead_letter_queues(stage)


def test_messages_that_wait_too_long_are_an_alarm(stage: Templates) -> None:
    """A webhook may rest for hours until its next attempt; there the number of those that do not counts.

    What a backfill sends waits for a job that is started for it: a day.
    """
    webhooks = stage.named(stage.outputs()["WebhooksQueueUrl"]).name
    bulk = stage.named(stage.outputs()["EmbedBulkQueueUrl"]).name
    assert alarmed(stage, "ApproximateAgeOfOldestMessage", 86_400) == {bulk}
    assert alarmed(stage, "ApproximateAgeOfOldestMessage", 900) | {webhooks, bulk} == {
        queue.name for queue in work_queues(stage)
    }
    assert alarmed(stage, "ApproximateNumberOfMessagesVisible", 1000) == {webhooks}


def test_queues_are_encrypted_and_keep_messages_for_two_weeks(stage: Templates) -> None:
    for queue in queues(stage):
        assert queue.properties["SqsManagedSseEnabled"] is True
        assert queue.properties["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_ingest_gives_up_after_three_receives_and_embedding_after_ten(stage: Templates) -> None:
    receives = {queue.properties["RedrivePolicy"]["maxReceiveCount"] for queue in work_queues(stage)}
    assert receives == {3, 10, stage.config.webhooks.consumer.max_receives}


def test_a_webhook_is_tried_for_three_days_and_believed_in_for_five(prod: Templates) -> None:
    webhooks = prod.config.webhooks
    assert sum(webhooks.retry_delays_s) == pytest.approx(3.2 * 86_400, rel=0.02)
    assert webhooks.disable_after_s == 5 * 86_400


def test_a_message_stays_hidden_longer_than_its_function_runs(stage: Templates) -> None:
    for mapping in stage.of("AWS::Lambda::EventSourceMapping"):
        source = stage.named(mapping.properties["EventSourceArn"])
        if source.type == "AWS::SQS::Queue":
            function = stage.named(mapping.properties["FunctionName"])
            assert source.properties["VisibilityTimeout"] > function.properties["Timeout"]


def test_the_dispatcher_outlives_the_machine_and_the_message_outlives_the_dispatcher(
    stage: Templates,
) -> None:
    (machine,) = stage.of("AWS::StepFunctions::StateMachine")
    dispatcher = stage.function("ingest-dispatch")
    ingest = next(
        stage.named(mapping.properties["EventSourceArn"])
        for mapping in stage.of("AWS::Lambda::EventSourceMapping")
        if mapping.properties["FunctionName"] == dispatcher.name
    )
    assert (
        machine_timeout_s(machine) < dispatcher.properties["Timeout"] < ingest.properties["VisibilityTimeout"]
    )


def machine_timeout_s(machine: Resource) -> int:
    return int(json.loads(machine.properties["DefinitionString"])["TimeoutSeconds"])


def test_prod_has_the_times_of_the_design(prod: Templates) -> None:
    times = prod.config.times
    assert (times.machine_s, times.dispatch_s, times.visibility_s) == (240, 300, 1800)
    assert times.retry_delays_s == (60, 300, 900)


def test_every_task_ends_before_the_machine_does(stage: Templates) -> None:
    for task in TASKS:
        assert stage.function(f"ingest-{task}").properties["Timeout"] < stage.config.times.machine_s


def test_one_failed_message_does_not_bring_back_the_whole_batch(stage: Templates) -> None:
    for mapping in stage.of("AWS::Lambda::EventSourceMapping"):
        assert mapping.properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_queue_consumers_are_capped(stage: Templates) -> None:
    capped = [
        mapping.properties["ScalingConfig"]["MaximumConcurrency"]
        for mapping in stage.of("AWS::Lambda::EventSourceMapping")
        if stage.named(mapping.properties["EventSourceArn"]).type == "AWS::SQS::Queue"
    ]
    assert sorted(capped) == sorted(
        consumer.max_concurrency
        for consumer in (stage.config.ingest, stage.config.embed_live, stage.config.webhooks.consumer)
    )


def test_the_stream_is_read_from_its_beginning_and_a_poison_record_is_set_aside(stage: Templates) -> None:
    (mapping,) = (
        mapping
        for mapping in stage.of("AWS::Lambda::EventSourceMapping")
        if "StartingPosition" in mapping.properties
    )
    assert mapping.properties["StartingPosition"] == "TRIM_HORIZON"
    assert mapping.properties["BisectBatchOnFunctionError"] is True
    assert mapping.properties["MaximumRecordAgeInSeconds"] == 23 * 3600
    assert "MaximumRetryAttempts" not in mapping.properties  # as long as the record is young enough
    assert (
        stage.named(mapping.properties["DestinationConfig"]["OnFailure"]["Destination"]).type
        == "AWS::SQS::Queue"
    )
