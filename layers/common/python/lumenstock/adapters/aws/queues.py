"""Messages over SQS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True)
class Received:
    """A message in hand: until its visibility ends nobody else sees it. ``body`` is text as it came."""

    body: str
    receipt_handle: str


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

    def receive(self, limit: int, wait_s: int) -> list[Received]:
        """Take up to ``limit`` messages (at most 10); wait up to ``wait_s`` (at most 20) for the first."""
        answer = self._client.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=limit, WaitTimeSeconds=wait_s
        )
        return [Received(message["Body"], message["ReceiptHandle"]) for message in answer.get("Messages", [])]

    def delete(self, receipt_handle: str) -> None:
        """Remove a received message for good."""
        self._client.delete_message(QueueUrl=self._url, ReceiptHandle=receipt_handle)


def object_created(bucket: str, key: str) -> dict[str, object]:
    """The part of S3's "Object Created" event that the pipeline relies on; a retry sends the same."""
    return {"detail": {"bucket": {"name": bucket}, "object": {"key": key}}}
