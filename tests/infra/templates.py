"""The templates of one stage as resources that refer to each other by one kind of name, across stacks."""

from __future__ import annotations

import atexit
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

from aws_cdk import App

from infra.application import compose
from infra.config import StageConfig
from infra.gpu_config import Gpu
from infra.packaging import ROOT, unbuilt
from infra.stacks.stack import Stage

STAGES = ("local", "dev", "prod")


@dataclass(frozen=True, eq=False)
class Resource:
    """One resource. ``name`` is ``stack/logical id``; references resolve to it, to ``name.attribute`` or to text."""

    name: str
    type: str
    properties: dict[str, Any]
    body: dict[str, Any]


@dataclass(frozen=True)
class Statement:
    """One statement that allows something."""

    actions: frozenset[str]
    resources: tuple[str, ...]
    conditions: str


class Templates:
    """All stacks of a stage."""

    def __init__(self, config: StageConfig, folder: Path) -> None:
        self.config = config
        self.folder = folder
        suffix = ".template.json"
        stacks = {
            path.name.removesuffix(suffix): json.loads(path.read_text()) for path in folder.glob(f"*{suffix}")
        }
        self.stacks = stacks
        self._exports = {
            output["Export"]["Name"]: (stack, output["Value"])
            for stack, template in stacks.items()
            for output in template.get("Outputs", {}).values()
            if "Export" in output
        }
        self.resources = {
            f"{stack}/{logical_id}": Resource(
                f"{stack}/{logical_id}",
                body["Type"],
                self._resolve(stack, body.get("Properties", {})),
                body,
            )
            for stack, template in stacks.items()
            for logical_id, body in template.get("Resources", {}).items()
        }

    def of(self, type_: str) -> list[Resource]:
        """All resources of a CloudFormation type."""
        return [resource for resource in self.resources.values() if resource.type == type_]

    def outputs(self) -> dict[str, str]:
        """Outputs that are not exports between stacks."""
        return {
            name: self._resolve(stack, output["Value"])
            for stack, template in self.stacks.items()
            for name, output in template.get("Outputs", {}).items()
            if "Export" not in output
        }

    def named(self, reference: str) -> Resource:
        """The resource that a resolved reference points to."""
        return self.resources[reference.partition(".")[0]]

    def code(self) -> Path:
        """The code that all functions share, as it is zipped."""
        (asset,) = (path.parent for path in self.folder.glob("asset.*/functions"))
        return asset

    def function(self, name: str) -> Resource:
        """The function of this name in the manifest."""
        full_name = f"lumenstock-{self.config.stage}-{name}"
        return next(
            function
            for function in self.of("AWS::Lambda::Function")
            if function.properties["FunctionName"] == full_name
        )

    def statements(self, role: Resource) -> Iterator[Statement]:
        """Everything that a role may do."""
        documents = [policy["PolicyDocument"] for policy in role.properties.get("Policies", [])]
        documents += [
            policy.properties["PolicyDocument"]
            for policy in self.of("AWS::IAM::Policy")
            if role.name in policy.properties["Roles"]
        ]
        for document in documents:
            yield from allowed(document)

    def may(self, role: Resource, action: str, resource: str) -> bool:
        """Whether a role may take an action on exactly this resource."""
        return any(
            action in statement.actions and resource in statement.resources
            for statement in self.statements(role)
        )

    def role_of(self, function: Resource) -> Resource:
        """The role that a function runs as."""
        return self.named(function.properties["Role"])

    def _resolve(self, stack: str, value: Any) -> Any:  # noqa: PLR0911 - one line a case
        if isinstance(value, list):
            return [self._resolve(stack, item) for item in value]
        if not isinstance(value, dict):
            return value
        match value:
            case {"Ref": str(target)}:
                return target if target.startswith("AWS::") else f"{stack}/{target}"
            case {"Fn::GetAtt": [target, attribute]}:
                return f"{stack}/{target}.{attribute}"
            case {"Fn::ImportValue": str(name)}:
                return self._resolve(*self._exports[name])
            case {"Fn::Join": [separator, parts]}:
                return separator.join(map(str, self._resolve(stack, parts)))
        return {key: self._resolve(stack, item) for key, item in value.items()}


def allowed(document: dict[str, Any]) -> Iterator[Statement]:
    """The statements of a policy document that allow."""
    for statement in document["Statement"]:
        if statement["Effect"] == "Allow":
            yield Statement(
                frozenset(_list(statement["Action"])),
                tuple(_list(statement.get("Resource", []))),
                json.dumps(statement.get("Condition", {})),
            )


def _list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


@cache
def synthesise(stage: str, *, gpu: Gpu | None = None, account: str | None = None, **search: Any) -> Templates:
    """The templates of a stage, once a test run; no layer is built, no asset zipped.

    ``gpu`` switches on what no stage has yet; ``account`` is the deployer's; what else is named is changed in
    the stage's search.
    """
    config = StageConfig.load(stage)
    config = config.model_copy(update={"search": config.search.model_copy(update=search)})
    if gpu:
        config = config.model_copy(update={"gpu": gpu})
    context = json.loads(Path(ROOT, "cdk.json").read_text())["context"]
    folder = Path(mkdtemp(prefix=f"lumenstock-{stage}-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    app = App(context=context, outdir=str(folder))
    compose(app, Stage(config, config.account or account, folder_of=unbuilt))
    app.synth()
    assert "missing" not in json.loads((folder / "manifest.json").read_text()), "synthesis asks AWS something"
    return Templates(config, folder)
