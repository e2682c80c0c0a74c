"""The job that AWS Batch runs: the same entry point, the environment of the deployed embed function."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from localcloud.home import REPOSITORY, Home, clean_environment
from lumenstock.kernel.errors import UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_FUNCTION = "lumenstock-local-embed-live"
# The function's packages are for the engine's interpreter; this one has its own, and needs our code only.
_OWN_CODE = {"PYTHONPATH": str(REPOSITORY / "layers" / "common" / "python")}


def drain_bulk(home: Home, functions: LambdaClient, queue_url: str) -> None:
    """Embed all that backfills sent, and wait for it.

    Raises:
        UnavailableError: The job failed; what it did not finish comes again.
    """
    settings = functions.get_function_configuration(FunctionName=_FUNCTION)["Environment"]["Variables"]
    done = subprocess.run(
        [sys.executable, "-m", "gpu_batch.job", "bulk"],
        cwd=REPOSITORY,
        env=clean_environment(os.environ)
        | settings
        | home.client_environment()
        | _OWN_CODE
        | {"EMBED_BULK_QUEUE_URL": queue_url, "POWERTOOLS_SERVICE_NAME": "embed-job"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        message = f"The embed job ended with {done.returncode}: {done.stderr[-500:]}"
        raise UnavailableError(message)
