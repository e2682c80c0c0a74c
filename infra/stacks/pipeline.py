"""From an uploaded file to a searchable image: queues, the state machine and what runs in it."""

from __future__ import annotations

import json

from aws_cdk import ArnFormat, Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.access import Resources, allow
from infra.config import Consumer
from infra.constructs.backfill import BatchRole
from infra.constructs.findings import accept, nag
from infra.constructs.function import Functions, log_group
from infra.constructs.queue import DeadLetterQueue, WorkQueue
from infra.constructs.schedule import run_every
from infra.constructs.uploader import uploader_arn
from infra.packaging import ROOT
from infra.search_access import SearchAccess
from infra.stacks.data import DataStack
from infra.stacks.stack import Stage, StageStack

DEFINITION = ROOT / "statemachines" / "ingest.asl.json"
TASKS = ("validate", "develop", "render", "watermark", "metadata", "record")


class PipelineStack(StageStack):
    """Ingest queue → dispatcher → one Express execution an image → embed queue; the indexer on the stream."""

    def __init__(self, scope: Construct, stage: Stage, *, data: DataStack, search: SearchAccess) -> None:
        super().__init__(scope, "Pipeline", stage)
        config, times = stage.config, stage.config.times
        self.ingest = self._work_queue("Ingest", times.visibility_s, config.ingest)
        self.embed_live = self._work_queue("EmbedLive", times.embed_visibility_s, config.embed_live)
        self.webhooks = self._work_queue("Webhooks", config.webhooks.visibility_s, config.webhooks.consumer)
        self.embed_bulk = self._work_queue("EmbedBulk", times.embed_visibility_s, config.embed_live)
        self.unindexed = DeadLetterQueue(self, "Unindexed", config=config).queue
        self.dead_letters = {
            "Ingest": self.ingest.dead_letters,
            "EmbedLive": self.embed_live.dead_letters,
            "EmbedBulk": self.embed_bulk.dead_letters,
            "Indexer": self.unindexed,
            "Webhooks": self.webhooks.dead_letters,
        }
        machine_name = f"lumenstock-{config.stage}-ingest"
        self.resources = self._resources(data, machine_name, search)
        self.functions = Functions(self, config=config, resources=self.resources, folder_of=stage.folder_of)
        self.machine = self._machine(machine_name)
        self._uploads_start_ingest(data)
        dispatcher = self.functions.make("ingest-dispatch", timeout_s=times.dispatch_s)
        self._consume(dispatcher, self.ingest, config.ingest)
        self._consume(self.functions.make("embed-live"), self.embed_live, config.embed_live)
        self._events_reach_webhooks(data)
        self._consume(self.functions.make("webhooks-deliver"), self.webhooks, config.webhooks.consumer)
        self._follow_catalog(self.functions.make("indexer-stream"), data)
        # Ends what is stuck: nothing fails only in a log.
        sweep = self.functions.make("ingest-sweep")
        run_every(self, "Sweep", sweep, Duration.minutes(times.sweep_every_min))
        backfill = self.functions.make("backfill-revise")
        batch_role = BatchRole(self, "BatchRole", originals=data.originals, function=backfill)
        # Each run has an hour of its own to look at, so one that fails is tried again.
        second_look = self.functions.make("embed-second-look")
        run_every(self, "SecondLook", second_look, Duration.hours(1), retries=2)
        self.publish(
            IngestQueueUrl=self.ingest.queue.queue_url,
            IngestDlqUrl=self.ingest.dead_letters.queue_url,
            EmbedLiveQueueUrl=self.embed_live.queue.queue_url,
            WebhooksQueueUrl=self.webhooks.queue.queue_url,
            WebhooksDlqUrl=self.webhooks.dead_letters.queue_url,
            EmbedLiveDlqUrl=self.embed_live.dead_letters.queue_url,
            EmbedBulkQueueUrl=self.embed_bulk.queue.queue_url,
            EmbedBulkDlqUrl=self.embed_bulk.dead_letters.queue_url,
            BackfillFunctionArn=backfill.function_arn,
            BackfillRoleArn=batch_role.role_arn,
            IngestMachineArn=self.machine.state_machine_arn,
            **_as_outputs(search),
        )

    def _work_queue(self, id_: str, visibility_s: int, consumer: Consumer) -> WorkQueue:
        return WorkQueue(
            self, id_, config=self.config, visibility_s=visibility_s, max_receives=consumer.max_receives
        )

    def _resources(self, data: DataStack, machine_name: str, search: SearchAccess) -> Resources:
        """What functions can touch. The machine goes by its name: it is made after the functions it calls."""
        return Resources(
            originals=data.originals,
            derivatives=data.derivatives,
            catalog=data.catalog,
            fingerprints=data.fingerprints,
            accounts=data.accounts,
            idempotency=data.idempotency,
            bus=data.bus,
            user_pool=data.users.pool,
            user_pool_client=data.users.client,
            cursor_secret_arn=data.cursor_secret_arn,
            mark_key_arn=data.mark_key_arn,
            ingest_queue=self.ingest.queue,
            embed_live_queue=self.embed_live.queue,
            embed_bulk_queue=self.embed_bulk.queue,
            webhooks_queue=self.webhooks.queue,
            machine_arn=self.format_arn(
                service="states",
                resource="stateMachine",
                arn_format=ArnFormat.COLON_RESOURCE_NAME,
                resource_name=machine_name,
            ),
            uploader_arn=uploader_arn(self, self.config.stage),
            search=search,
            key=data.key,
        )

    def _machine(self, name: str) -> sfn.StateMachine:
        """The ingest machine; its time limit is the stage's, whatever the file says."""
        tasks = {task: self.functions.make(f"ingest-{task}") for task in TASKS}
        definition = json.loads(DEFINITION.read_text())
        definition["TimeoutSeconds"] = self.config.times.machine_s
        role = iam.Role(self, "MachineRole", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        role.add_to_policy(
            allow(["lambda:InvokeFunction"], *(function.function_arn for function in tasks.values()))
        )
        accept(role, {nag("IAM5", "Resource::*"): "X-Ray and log delivery know no resources"})
        machine = sfn.StateMachine(
            self,
            "Machine",
            state_machine_name=name,
            state_machine_type=sfn.StateMachineType.EXPRESS,
            definition_body=sfn.DefinitionBody.from_string(json.dumps(definition)),
            definition_substitutions={task: function.function_arn for task, function in tasks.items()},
            role=role,
            logs=sfn.LogOptions(
                destination=log_group(self, "MachineLog", self.config, f"/aws/vendedlogs/states/{name}"),
                level=sfn.LogLevel.ERROR,
                include_execution_data=False,
            ),
            tracing_enabled=True,
        )
        accept(
            machine, {nag("SF1"): "Logs of every step cost more than the executions; faults are logged whole"}
        )
        return machine

    def _uploads_start_ingest(self, data: DataStack) -> None:
        """A finished upload becomes a message; one that cannot be delivered waits for a person."""
        events.Rule(
            self,
            "Uploaded",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={
                    "bucket": {"name": [data.originals.bucket_name]},
                    "object": {"key": [{"prefix": "originals/"}]},
                },
            ),
            targets=[targets.SqsQueue(self.ingest.queue, dead_letter_queue=self.ingest.dead_letters)],
        )

    def _events_reach_webhooks(self, data: DataStack) -> None:
        """What happens to images goes to the contributors' own services."""
        events.Rule(
            self,
            "Happened",
            event_bus=data.bus,
            event_pattern=events.EventPattern(
                source=["lumenstock"], detail_type=events.Match.prefix("Image")
            ),
            targets=[targets.SqsQueue(self.webhooks.queue, dead_letter_queue=self.webhooks.dead_letters)],
        )

    def _consume(self, function: lambda_.Function, queue: WorkQueue, consumer: Consumer) -> None:
        lambda_.EventSourceMapping(
            self,
            f"{queue.node.id}Mapping",
            target=function,
            event_source_arn=queue.queue.queue_arn,
            batch_size=consumer.batch_size,
            max_batching_window=Duration.seconds(consumer.batch_window_s),
            max_concurrency=consumer.max_concurrency,
            report_batch_item_failures=True,
        )

    def _follow_catalog(self, function: lambda_.Function, data: DataStack) -> None:
        """The stream is the outbox: what cannot be indexed after a day goes to a queue of its own.

        Retries are not counted: an outage takes ten of them in minutes, and what is given up is a lost event.
        """
        lambda_.EventSourceMapping(
            self,
            "CatalogMapping",
            target=function,
            event_source_arn=data.catalog.table_stream_arn,
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=100,
            bisect_batch_on_error=True,
            max_record_age=Duration.hours(23),
            report_batch_item_failures=True,
            on_failure=sources.SqsDlq(self.unindexed),  # and lets the function send there
        )


def _as_outputs(search: SearchAccess) -> dict[str, str]:
    """Settings by the names of outputs, which an operator's program makes settings of again."""
    named = {name.title().replace("_", ""): value for name, value in search.environment.items() if value}
    if search.domain is not None:
        del named["SearchEndpoint"]  # it is of the domain's own stack
    return named
