"""Messages over SQS."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypedDict

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True)
class Received:
    """A message in hand: until its visibility ends nobody else sees it.

    Attributes:
        id: The same at every receive, in a dead-letter queue too.
        body: Text as it came.
        receipt_handle: Of this receive.
        receives: How often it was received, this time included.
        sent_at_s: When it was sent, Unix seconds.
    """

    id: str
    body: str
    receipt_handle: str
    receives: int
    sent_at_s: float


_AT_ONCE = 10  # entries that SQS takes in one call


class _Held(TypedDict, total=False):
    VisibilityTimeout: int


class SqsQueue:
    """One queue."""

    def __init__(self, client: SQSClient, url: str) -> None:
        """A view of the queue at ``url``."""
        self._client = client
        self._url = url

    def send(self, message: Mapping[str, object]) -> None:
        """Send one message as JSON."""
        self._client.send_message(QueueUrl=self._url, MessageBody=json.dumps(message))

    def delay(self, receipt_handle: str, seconds: int) -> None:
        """Let a received message be seen again only after ``seconds``."""
        self._client.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
        )

    def hold(self, receipt_handles: Sequence[str], seconds: int) -> None:
        """Keep received messages out of sight for ``seconds`` from now; one that is gone is passed over."""
        for start in range(0, len(receipt_handles), _AT_ONCE):
            some = receipt_handles[start : start + _AT_ONCE]
            self._client.change_message_visibility_batch(
                QueueUrl=self._url,
                Entries=[
                    {"Id": str(number), "ReceiptHandle": handle, "VisibilityTimeout": seconds}
                    for number, handle in enumerate(some)
                ],
            )

    def receive(self, limit: int, wait_s: int, hold_s: int | None = None) -> list[Received]:
        """Take up to ``limit`` messages (at most 10); wait up to ``wait_s`` (at most 20) for the first.

        Nobody else sees them for ``hold_s``, or as long as the queue says.
        """
        held: _Held = {} if hold_s is None else {"VisibilityTimeout": hold_s}
        answer = self._client.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=limit,
            WaitTimeSeconds=wait_s,
            AttributeNames=["ApproximateReceiveCount", "SentTimestamp"],
            **held,
        )
        return [
            Received(
                id=message["MessageId"],
                body=message["Body"],
                receipt_handle=message["ReceiptHandle"],
                receives=int(message["Attributes"]["ApproximateReceiveCount"]),
                sent_at_s=int(message["Attributes"]["SentTimestamp"]) / 1000,
            )
            for message in answer.get("Messages", [])
        ]

    def count(self) -> int:
        """About how many messages can be received now."""
        name: Final = "ApproximateNumberOfMessages"
        answer = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=[name])
        return int(answer["Attributes"][name])

    def delete(self, receipt_handle: str) -> None:
        """Remove a received message for good."""
        self._client.delete_message(QueueUrl=self._url, ReceiptHandle=receipt_handle)


def object_created(bucket: str, key: str) -> dict[str, object]:
    """The part of S3's "Object Created" event that the pipeline relies on; a retry sends the same."""
    return {"detail": {"bucket": {"name": bucket}, "object": {"key": key}}}


def created_object(body: str) -> tuple[str, str] | None:
    """Bucket and key of an "Object Created" event, whose keys are not URL-encoded; None if it is none."""
    try:
        detail = json.loads(body)["detail"]
        bucket, key = detail["bucket"]["name"], detail["object"]["key"]
    except (json.JSONDecodeError, KeyError, TypeError):
        return None
    return (bucket, key) if isinstance(bucket, str) and isinstance(key, str) else None
