"""Makes this process act for a deployed stage: its outputs become the settings that functions there have."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from localcloud.home import Home
from lumenstock.kernel.errors import ConfigurationError, ServiceError

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class OperationError(ServiceError):
    """AWS refused an operator's call, or did not answer."""

    code, title = "operation_failed", "Operation failed"


def local_environment(home: Home) -> dict[str, str]:
    """Variables for the local cloud of ``home``.

    Raises:
        ConfigurationError: Nothing is deployed there.
    """
    outputs = home.outputs()
    if not outputs:
        raise ConfigurationError("The local cloud is not deployed. Start it with `lumenstock local up`.")
    index = {"STAGE": "local", "SEARCH_DIR": str(home.search)}
    return settings_of(outputs) | index | home.client_environment()


def deployed_environment(outputs_file: Path) -> dict[str, str]:
    """Variables for a stage in AWS, from the file that ``cdk deploy --outputs-file`` wrote.

    Who acts, and in which region, is left to the SDK's own variables and profiles.

    Raises:
        ConfigurationError: The file is not such a file.
    """
    try:
        stacks: dict[str, dict[str, str]] = json.loads(outputs_file.read_text(encoding="utf-8"))
        outputs = {name: value for stack in stacks.values() for name, value in stack.items()}
    except (OSError, ValueError, AttributeError) as cause:
        message = f"{outputs_file} is not a file of `cdk deploy --outputs-file`."
        raise ConfigurationError(message) from cause
    return settings_of(outputs)


def settings_of(outputs: Mapping[str, str]) -> dict[str, str]:
    """Outputs by the names of settings: ``CatalogTable`` is ``CATALOG_TABLE``."""
    return {_WORD_START.sub("_", name).upper(): value for name, value in outputs.items()}


def act_for(environment: Mapping[str, str]) -> None:
    """Set the variables, before anything reads a setting or makes an AWS client."""
    os.environ.update(environment)


@contextmanager
def telling_faults() -> Iterator[None]:
    """Let what AWS refused or did not answer be told in its own words, without a stack of calls.

    Raises:
        OperationError: In the place of any error of the SDK.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as cause:
        raise OperationError(str(cause)) from cause
