"""The dead-letter queues of a world, and what an operator empties them with."""

from __future__ import annotations

from collections.abc import Iterator

from lumenstock import bootstrap
from lumenstock.adapters.aws import clients
from lumenstock.adapters.aws.queues import SqsQueue, created_object
from lumenstock.ingest.redrive import Redriver, Request, embed_request, ingest_request
from lumenstock.kernel.clock import Clock


def any_left(*urls: str) -> bool:
    """Whether a letter can be seen in any of the queues."""
    return any(SqsQueue(clients.sqs(), url).count() for url in urls)


def redrivers(ingest_url: str, embed_url: str, clock: Clock) -> Iterator[Redriver]:
    """One for each dead-letter queue, through the clients that processes use."""
    for url, queue, request_of in (
        (ingest_url, bootstrap.ingest_queue(), _ingest_request),
        (embed_url, bootstrap.embed_live_queue(), embed_request),
    ):
        letters = SqsQueue(clients.sqs(), url)
        yield Redriver(letters, queue, bootstrap.catalog(), request_of, clock=clock, pace=lambda: None)


def _ingest_request(body: str) -> Request | None:
    created = created_object(body)
    return ingest_request(created[1]) if created else None
