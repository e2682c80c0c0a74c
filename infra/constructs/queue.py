"""A work queue and the place for what could not be done."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.findings import accept, nag

_KEPT = Duration.days(14)  # the longest that SQS keeps a message: time for a person to look


class DeadLetterQueue(Construct):
    """Messages that only a person can help; observability alarms on the first one."""

    def __init__(self, scope: Construct, id_: str, *, config: StageConfig) -> None:
        super().__init__(scope, id_)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=config.tls,
            retention_period=_KEPT,
        )
        accept(self.queue, {nag("SQS3"): "It is a dead-letter queue"})


class WorkQueue(Construct):
    """A queue whose messages go to a dead-letter queue after ``max_receives`` failed receives."""

    def __init__(
        self, scope: Construct, id_: str, *, config: StageConfig, visibility_s: int, max_receives: int
    ) -> None:
        super().__init__(scope, id_)
        self.dead_letters = DeadLetterQueue(self, "DeadLetters", config=config).queue
        self.queue = sqs.Queue(
            self,
            "Queue",
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=max_receives),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=config.tls,
            retention_period=_KEPT,
            visibility_timeout=Duration.seconds(visibility_s),
        )
