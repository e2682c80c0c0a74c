"""The job that AWS Batch runs: the same entry point, the environment of the deployed embed function."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from functions.gpu import EMBED_JOB
from localcloud.home import REPOSITORY, Home, clean_environment
from lumenstock.kernel.errors import UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_FUNCTION = "lumenstock-local-embed-live"
# The function's packages are for the engine's interpreter; this one has its own, and needs our code only.
_OWN_CODE = {"PYTHONPATH": str(REPOSITORY / "layers" / "common" / "python")}


def models_folder(functions: LambdaClient) -> Path:
    """Where the deployed functions have their model."""
    return Path(_settings(functions)["MODEL_DIR"])


def drain_bulk(home: Home, functions: LambdaClient, queue_url: str) -> None:
    """Embed all that backfills sent, and wait for it.

    Raises:
        UnavailableError: The job failed; what it did not finish comes again.
    """
    _run(home, functions, {"EMBED_BULK_QUEUE_URL": queue_url}, source="bulk", idle_s="0")


def work_through(
    home: Home, functions: LambdaClient, bucket: str, folder: str, slices: int, model: str
) -> None:
    """Run an array job over the slices of a list, one child after the other; a single one is no array.

    Args:
        home: Of the local cloud.
        functions: Where the settings of the embed function are.
        bucket: Of the list.
        folder: Its key, with ``/`` at its end.
        slices: How many there are.
        model: ``serving``, or ``name@version`` of another one, whose vectors alone are made.

    Raises:
        UnavailableError: A child failed; running all again does what is left.
    """
    for index in range(slices):
        child = {"ORIGINALS_BUCKET": bucket, "AWS_BATCH_JOB_ARRAY_INDEX": str(index)}
        _run(home, functions, child, source=folder, model=model, idle_s="0")


def _run(home: Home, functions: LambdaClient, environment: Mapping[str, str], **parameters: str) -> None:
    """Run the job definition with ``parameters``, to its end."""
    _, *arguments = EMBED_JOB.run_with(**parameters)
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=REPOSITORY,
        env=clean_environment(os.environ)
        | _settings(functions)
        | home.client_environment()
        | _OWN_CODE
        | {"POWERTOOLS_SERVICE_NAME": EMBED_JOB.name}
        | dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        message = f"The embed job ended with {done.returncode}: {done.stderr[-500:]}"
        raise UnavailableError(message)


def _settings(functions: LambdaClient) -> dict[str, str]:
    return dict(functions.get_function_configuration(FunctionName=_FUNCTION)["Environment"]["Variables"])
