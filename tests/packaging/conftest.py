"""Layers as they are built and code as it is zipped; built once, then found by their hash."""

from __future__ import annotations

import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from functions.manifest import FunctionSpec
from infra.packaging import AWS, LOCAL, Target, build, parts_of
from tests.infra.templates import synthesise

# The AWS SDK for Python and what it stands on; Lambda's runtime brings it.
RUNTIME = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six.py", "urllib3")


def layers(target: Target) -> Callable[[FunctionSpec], list[Path]]:
    """From a function to the folders of its layers, in their order on the path."""
    return lambda spec: [build(parts, target) for parts in parts_of(spec, target)]


@pytest.fixture(scope="session")
def local_layers() -> Callable[[FunctionSpec], list[Path]]:
    """For the local engine."""
    return layers(LOCAL)


@pytest.fixture(scope="session")
def aws_layers() -> Callable[[FunctionSpec], list[Path]]:
    """For Lambda."""
    return layers(AWS)


@pytest.fixture(scope="session")
def code() -> Path:
    """The code that all functions share."""
    return synthesise("local").code()


@pytest.fixture(scope="session")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with boto3 and nothing else, as on Lambda."""
    folder = tmp_path_factory.mktemp("runtime")
    for name in RUNTIME:
        (folder / name).symlink_to(Path(sysconfig.get_path("purelib")) / name)
    return folder
