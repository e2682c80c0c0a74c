"""Who hears of what: an alarm for everything that a person must see, and one dashboard."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as gateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.stacks.api import ApiStack
from infra.stacks.delivery import DeliveryStack
from infra.stacks.gpu import GpuStack
from infra.stacks.pipeline import PipelineStack
from infra.stacks.stack import Stage, StageStack

_MINUTE = Duration.minutes(1)
_FIVE_MINUTES = Duration.minutes(5)
_MAX_AGE_S = 900  # a message this old has seen its second retry, or nobody takes messages at all
_MAX_UNSENT = 1000  # webhooks: a minute of work in prod
_MAX_BULK_AGE_S = 86_400  # a backfill is drained by a job, which somebody or something must start
_MAX_FAULTS = 5  # in five minutes: a retry cures single ones
# These come once in five minutes or once an hour, so that all their faults are single ones.
_MAX_FAULTS_OF = {"ingest-sweep": 0, "moderation-purge": 0, "embed-second-look": 0}


class ObservabilityStack(StageStack):
    """Alarms to one topic, which mails them where the stage names an address."""

    def __init__(
        self,
        scope: Construct,
        stage: Stage,
        *,
        pipeline: PipelineStack,
        api: ApiStack,
        delivery: DeliveryStack,
        gpu: GpuStack | None,
    ) -> None:
        super().__init__(scope, "Observability", stage)
        self._action = actions.SnsAction(self._topic())
        functions = pipeline.functions.made | api.functions.made | delivery.functions.made
        self._dead_letters(pipeline.dead_letters)
        if gpu:
            functions |= gpu.functions.made
            self._dead_letters({"GpuJobsFailed": gpu.failed})
        self._queue_age("IngestAge", pipeline.ingest.queue)
        self._queue_age("EmbedLiveAge", pipeline.embed_live.queue)
        self._queue_age("EmbedBulkAge", pipeline.embed_bulk.queue, above_s=_MAX_BULK_AGE_S)
        self._alarm(
            "WebhooksBehind",
            "Webhooks wait to be sent",
            # What rests until its next attempt is not visible; its age, hours by design, says nothing.
            pipeline.webhooks.queue.metric_approximate_number_of_messages_visible(
                period=_MINUTE, statistic="Minimum"
            ),
            above=_MAX_UNSENT,
            periods=5,
        )
        self._faults(functions)
        self._alarm(
            "MachineFailed",
            "Executions of the ingest machine fail",
            pipeline.machine.metric_failed(period=_FIVE_MINUTES, statistic="Sum"),
            above=_MAX_FAULTS,
        )
        self._alarm(
            "StreamBehind",
            "The search index lags behind the catalogue",
            functions["indexer-stream"].metric("IteratorAge", period=_MINUTE, statistic="Maximum"),
            above=_MAX_AGE_S * 1000,
        )
        self._alarm(
            "StreamRecordsSetAside",
            "A change of the catalogue was left out of the search index",
            cloudwatch.Metric(
                namespace="Lumenstock",
                metric_name="StreamRecordsSetAside",
                dimensions_map={"service": "indexer"},
                period=_MINUTE,
                statistic="Sum",
            ),
            above=0,
        )
        self._alarm(
            "ApiFaults",
            "The API answers 5xx",
            api.api.metric_server_error(period=_FIVE_MINUTES, statistic="Sum"),
            above=_MAX_FAULTS,
        )
        self._dashboard(pipeline, api.api)

    def _topic(self) -> sns.Topic:
        topic = sns.Topic(self, "Alarms", enforce_ssl=self.config.tls)
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsOfThisAccount",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": self.account}},
            )
        )
        if self.config.alarm_email:
            topic.add_subscription(subscriptions.EmailSubscription(self.config.alarm_email))
        return topic

    def _dead_letters(self, queues: Mapping[str, sqs.IQueue]) -> None:
        for name, queue in queues.items():
            self._alarm(
                f"{name}DeadLetters",
                f"{name}: a message waits for a person",
                queue.metric_approximate_number_of_messages_visible(period=_MINUTE, statistic="Maximum"),
                above=0,
            )

    def _queue_age(self, id_: str, queue: sqs.IQueue, *, above_s: int = _MAX_AGE_S) -> None:
        self._alarm(
            id_,
            "Messages wait too long",
            queue.metric_approximate_age_of_oldest_message(period=_MINUTE, statistic="Maximum"),
            above=above_s,
            periods=5,
        )

    def _faults(self, functions: Mapping[str, lambda_.IFunction]) -> None:
        for name, function in functions.items():
            self._alarm(
                f"{name}-errors",
                f"{name} raises",
                function.metric_errors(period=_FIVE_MINUTES, statistic="Sum"),
                above=_MAX_FAULTS_OF.get(name, _MAX_FAULTS),
            )

    def _alarm(
        self, id_: str, says: str, metric: cloudwatch.IMetric, *, above: float, periods: int = 1
    ) -> None:
        cloudwatch.Alarm(
            self,
            id_,
            alarm_description=says,
            metric=metric,
            threshold=above,
            evaluation_periods=periods,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        ).add_alarm_action(self._action)

    def _dashboard(self, pipeline: PipelineStack, api: gateway.HttpApi) -> None:
        board = cloudwatch.Dashboard(self, "Dashboard", dashboard_name=f"lumenstock-{self.config.stage}")
        graphs: dict[str, list[cloudwatch.IMetric]] = {
            "Images into the pipeline": [
                pipeline.machine.metric_started(),
                pipeline.machine.metric_succeeded(),
                pipeline.machine.metric_failed(),
            ],
            "Messages that wait": [
                pipeline.ingest.queue.metric_approximate_number_of_messages_visible(),
                pipeline.embed_live.queue.metric_approximate_number_of_messages_visible(),
            ],
            "Messages for a person": [
                queue.metric_approximate_number_of_messages_visible()
                for queue in pipeline.dead_letters.values()
            ],
            "API requests and faults": [
                api.metric_count(),
                api.metric_client_error(),
                api.metric_server_error(),
            ],
            "API latency, ms": [api.metric_latency(statistic="p50"), api.metric_latency(statistic="p99")],
        }
        for title, metrics in graphs.items():
            board.add_widgets(cloudwatch.GraphWidget(title=title, left=metrics))
