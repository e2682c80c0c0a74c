"""``lumenstock ops backfill``: makes the public files and vectors of many images anew."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from cli.console import err, out
from cli.stage import telling_faults
from localcloud.clients import Operator
from localcloud.home import Home
from localcloud.jobs.batch_operations import LocalBatchJobs
from localcloud.jobs.embed import drain_bulk
from lumenstock.catalog.selection import FIELDS, Selection
from lumenstock.ingest.backfill import BULK, BatchJobs, JobRequest, JobStanding, failed_keys, write_manifest
from lumenstock.kernel.errors import BadRequestError, NotFoundError

if TYPE_CHECKING:
    from lumenstock.settings import Settings

_NAME = re.compile(r"[A-Za-z0-9._-]{1,40}")
_SHOW_EVERY = 10

app = typer.Typer(no_args_is_help=True, help="Make public files and vectors of many images anew.")

_JobId = Annotated[str, typer.Argument(metavar="JOB", help="What `start` or `rerun` printed.")]
_Filter = Annotated[
    list[str] | None,
    typer.Option(
        "--filter", metavar="FIELD=VALUE", help=f"Which images: {', '.join(FIELDS)}. May be repeated."
    ),
]
_Name = Annotated[
    str,
    typer.Option(
        "--name", help="A name of your own: the same one again is the same backfill, and goes on with it."
    ),
]


@app.command()
def start(*, filters: _Filter = None, name: _Name = "") -> None:
    """Have S3 Batch Operations process every image that fits; without a filter all that are shown."""
    from lumenstock import bootstrap
    from lumenstock.adapters.aws import clients
    from lumenstock.adapters.aws.parallel_scan import scan_images
    from lumenstock.kernel.ids import new_ulid
    from lumenstock.settings import settings

    selection = Selection.parse(filters or ["status=approved", "status=pending_review"])
    backfill = name or new_ulid(bootstrap.clock().now())
    if not _NAME.fullmatch(backfill):
        raise BadRequestError("A name has up to 40 letters, digits, dots, dashes and underscores.")
    with telling_faults():
        rows = scan_images(clients.dynamodb(), settings().require("catalog_table"))
        keys = (row.source.key for row in rows if selection.takes(row))
        _begin(settings(), keys, backfill=backfill, token=backfill)


@app.command()
def status(job: _JobId) -> None:
    """Show how far a job is."""
    from lumenstock.settings import settings

    with telling_faults():
        _show(_jobs(settings()).describe(job))


@app.command()
def rerun(job: _JobId) -> None:
    """Make a job of the tasks that failed in another one, which has ended."""
    from lumenstock import bootstrap
    from lumenstock.settings import settings

    with telling_faults():
        standing = _jobs(settings()).describe(job)
        if not standing.ended:
            message = f"Job {job} is {standing.status}: what failed is known when it has ended."
            raise BadRequestError(message)
        with TemporaryDirectory(prefix="backfill-") as folder:
            keys = failed_keys(bootstrap.originals(), job, Path(folder))
            _begin(settings(), keys, backfill=standing.backfill, token=f"rerun-{job}")


def _begin(wanted: Settings, keys: Iterable[str], *, backfill: str, token: str) -> None:
    """Store the manifest, make the job, and on one machine work through it."""
    from lumenstock import bootstrap

    originals, manifest_key = bootstrap.originals(), f"{BULK}manifests/{token}.csv"
    if originals.exists(manifest_key):  # it may be that a job is reading it
        etag = originals.head(manifest_key).etag
    else:
        with TemporaryDirectory(prefix="backfill-") as folder:
            path = Path(folder, "manifest.csv")
            if not write_manifest(path, originals.bucket, keys):
                raise NotFoundError("There is no such image.")
            etag = originals.put_manifest(manifest_key, path)
    jobs = _jobs(wanted)
    job_id = jobs.create(
        JobRequest(
            token=token,
            backfill=backfill,
            bucket=originals.bucket,
            manifest_key=manifest_key,
            manifest_etag=etag,
            function_arn=wanted.require("backfill_function_arn"),
            role_arn=wanted.require("backfill_role_arn"),
        )
    )
    err.print(f"[dim]backfill {escape(backfill)}[/]")
    out.print(job_id)
    if isinstance(jobs, LocalBatchJobs):
        _work(jobs, job_id, wanted)


def _work(jobs: LocalBatchJobs, job_id: str, wanted: Settings) -> None:
    """Run the job here; the vectors are made by the same job as on AWS."""

    def show(standing: JobStanding) -> None:
        over = standing.succeeded + standing.failed
        if over % _SHOW_EVERY == 0 or over == standing.total:
            err.print(f"[dim]{over:,} of {standing.total:,}[/]")

    standing = jobs.run(job_id, show)
    home = Home.from_environment(os.environ)
    drain_bulk(home, Operator.of(home).functions, wanted.require("embed_bulk_queue_url"))
    _show(standing)
    if standing.failed:
        raise typer.Exit(1)


def _show(standing: JobStanding) -> None:
    err.print(
        f"{standing.status}: {standing.succeeded:,} succeeded, {standing.failed:,} failed, "
        f"of {standing.total:,}"
    )
    for fault in standing.faults:
        err.print(f"  {escape(fault)}")


def _jobs(wanted: Settings) -> BatchJobs:
    from lumenstock.adapters.aws import clients
    from lumenstock.adapters.aws.batch_jobs import S3BatchJobs

    role_arn = wanted.require("backfill_role_arn")
    if "AWS_ENDPOINT_URL" in os.environ:
        home = Home.from_environment(os.environ)
        operator = Operator.of(home)
        return LocalBatchJobs(home.folder / "jobs", operator.s3, operator.functions)
    return S3BatchJobs(clients.s3_control(), account=role_arn.split(":")[4])
