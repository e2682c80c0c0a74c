"""Shown pictures, and S3 Batch Operations that calls the function for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest

from functions.backfill import revise
from lumenstock import bootstrap
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from tests.conftest import ORIGINALS
from tests.functions.ingest.conftest import Clock, Pipeline, clock, decoder, pipeline, real_pipeline
from tests.pictures import jpeg

__all__ = ["clock", "decoder", "pipeline", "real_pipeline"]  # fixtures


def invocation(key: str, backfill: str = "first", **task: object) -> dict[str, Any]:
    """A call by schema 2.0."""
    return {
        "invocationSchemaVersion": "2.0",
        "invocationId": "call-1",
        "job": {"id": "job-1", "userArguments": {"backfill": backfill}},
        "tasks": [
            {"taskId": "t1", "s3Key": quote(key), "s3VersionId": None, "s3Bucket": ORIGINALS, **task},
        ],
    }


@dataclass
class Jobs:
    """What a test does with the market."""

    pipeline: Pipeline
    clock: Clock

    def shown(self, body: bytes | None = None, status: Status = Status.APPROVED, **options: Any) -> Image:
        """A picture as the pipeline and the embedding leave it; the queues are empty."""
        image = self.pipeline.run(self.pipeline.upload(body or jpeg(1300, 900), **options))
        image = self.change(image, lambda row: row.moved(status, self.clock.now(), model="demo@1"))
        self.pipeline.stores.messages(self.pipeline.stores.embed_live_queue_url)
        return image

    def change(self, image: Image, change: Callable[[Image], Image]) -> Image:
        return bootstrap.catalog().update(image.id, change)

    def run(self, key: str, backfill: str = "first", **task: object) -> tuple[str, str]:
        """One task: its result code and its text."""
        bootstrap.mark_key.cache_clear()  # the pipeline's key is in other processes
        answer = revise.handler(invocation(key, backfill, **task), None)
        (result,) = answer["results"]
        return result["resultCode"], result["resultString"]

    def asked_for_vectors(self) -> list[dict[str, Any]]:
        return self.pipeline.stores.messages(self.pipeline.stores.embed_bulk_queue_url)


@pytest.fixture
def jobs(pipeline: Pipeline, clock: Clock) -> Jobs:
    return Jobs(pipeline, clock)


@pytest.fixture
def real_jobs(real_pipeline: Pipeline, clock: Clock) -> Jobs:
    """Over tables that a race can be proved on."""
    return Jobs(real_pipeline, clock)
