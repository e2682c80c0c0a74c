"""Every few minutes: starts GPU jobs when more waits than the function for the trickle can embed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions.runtime.task import task
from lumenstock import bootstrap
from lumenstock.adapters.aws import clients
from lumenstock.adapters.aws.gpu_jobs import oldest_s
from lumenstock.ingest.launching import Load, launch
from lumenstock.settings import settings


@task("gpu_jobs_launched")
def handler(_event: Mapping[str, Any]) -> dict[str, list[str]]:
    """Start what is missing. Answer: the ids of the jobs."""
    live_name = settings().require("embed_live_queue_url").rpartition("/")[2]
    load = Load(
        live=bootstrap.embed_live_queue().count(),
        live_age_s=oldest_s(clients.cloudwatch(), live_name, bootstrap.clock().now()),
        bulk=bootstrap.embed_bulk_queue().count(),
    )
    return {"jobs": launch(load, bootstrap.gpu_jobs(), settings().gpu_jobs_max)}
