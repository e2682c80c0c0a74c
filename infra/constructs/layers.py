"""Layers as functions get them: versions on AWS, unpacked folders in the local engine."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from aws_cdk import AssetHashType
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from functions.manifest import FunctionSpec, Layer
from infra.config import StageConfig
from infra.packaging import AWS, LOCAL, parts_of

FolderOf = Callable[[Sequence[str]], Path]


class Layers(Construct):
    """The layers of one stack.

    Each stack has versions of its own over the same files: a version cannot change, so a new one would
    replace an export that another stack still imports, which CloudFormation refuses.
    The local engine unpacks every layer anew for every worker (275 MB each, seconds), so there the folders
    are named on ``PYTHONPATH`` instead; a change of content changes their name, and with it the function.
    """

    def __init__(self, scope: Construct, *, config: StageConfig, folder_of: FolderOf) -> None:
        super().__init__(scope, "Layers")
        self._local = config.local
        self._folder_of = folder_of
        self._versions: dict[str, lambda_.LayerVersion] = {}

    def versions(self, spec: FunctionSpec) -> list[lambda_.ILayerVersion]:
        """What the function lists as its layers; nothing in the local engine."""
        return [] if self._local else [self._version(self._folder_of(parts)) for parts in parts_of(spec, AWS)]

    def environment(self, spec: FunctionSpec) -> dict[str, str]:
        """Where the function finds its packages and its model."""
        found: dict[str, str] = {}
        if Layer.MODEL_DEMO in spec.layers:
            root = self._folder_of((Layer.MODEL_DEMO,)) if self._local else Path("/opt")
            found["MODEL_DIR"] = str(root / "models" / "demo")
        if self._local:
            packages = (parts for parts in parts_of(spec, LOCAL) if parts != (Layer.MODEL_DEMO,))
            found["PYTHONPATH"] = os.pathsep.join(
                str(self._folder_of(parts) / "python") for parts in packages
            )
        return found

    def _version(self, folder: Path) -> lambda_.LayerVersion:
        name = folder.name
        if name not in self._versions:
            self._versions[name] = lambda_.LayerVersion(
                self,
                name.rpartition("-")[0],
                code=lambda_.Code.from_asset(
                    str(folder), asset_hash=name, asset_hash_type=AssetHashType.CUSTOM
                ),
                compatible_architectures=[lambda_.Architecture.ARM_64],
                compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
            )
        return self._versions[name]
