"""The pinned CDK CLI, pointed at the local engine: the operator's own path, not a copy of it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from pathlib import Path

from localcloud import program
from localcloud.home import ACCOUNT, REGION, REPOSITORY, Home, clean_environment
from localcloud.steps import Steps
from lumenstock.kernel.errors import ConfigurationError

CLI = REPOSITORY / "node_modules" / ".bin" / "cdk"


def require(home: Home, steps: Steps) -> None:
    """Install the CLI from the lock file when it is missing.

    Raises:
        ConfigurationError: Node.js is missing.
        UnavailableError: npm failed.
    """
    if shutil.which("node") is None:
        raise ConfigurationError(
            "Node.js 20 or later is needed: the CDK CLI and CloudFront functions run on it"
        )
    if not CLI.exists():
        with steps.step("installing the CDK CLI"):
            command = ["npm", "ci", "--no-audit", "--no-fund"]
            program.run(command, environ=os.environ, log=home.logs / "npm.log")


def synthesise(home: Home) -> Path:
    """Write the templates of stage ``local``.

    Returns:
        The folder of the cloud assembly.
    """
    assembly = home.folder / "cdk.out"
    app = f"{shlex.quote(sys.executable)} app.py"
    context = {"stage": "local", "home": str(home.folder), "front_url": home.front_url}
    if home.opensearch_url:
        context["opensearch_url"] = home.opensearch_url
    arguments = [item for name, value in context.items() for item in ("-c", f"{name}={value}")]
    _cdk(home, "synth", "--quiet", "--app", app, "--output", str(assembly), *arguments)
    return assembly


def bootstrap(home: Home, assembly: Path) -> None:
    """Make the bucket for assets; does nothing when it is there."""
    _cdk(home, "bootstrap", f"aws://{ACCOUNT}/{REGION}", "--app", str(assembly))


def deploy(home: Home, assembly: Path) -> dict[str, str]:
    """Deploy all stacks.

    Returns:
        Their outputs by name, without those that only serve other stacks.
    """
    file = home.folder / "cdk-outputs.json"
    # A change set of the engine does not see that only outputs changed, and the next stack would miss one.
    options = ("--all", "--require-approval", "never", "--progress", "events", "--method", "direct")
    _cdk(home, "deploy", *options, "--app", str(assembly), "--outputs-file", str(file))
    return flatten(json.loads(file.read_text()))


def flatten(stacks: dict[str, dict[str, str]]) -> dict[str, str]:
    """``{stack: {name: value}}`` as ``{name: value}``.

    Raises:
        ConfigurationError: Two stacks have an output of the same name.
    """
    outputs: dict[str, str] = {}
    for stack, named in stacks.items():
        for name, value in named.items():
            if name.startswith("ExportsOutput"):
                continue
            if name in outputs:
                raise ConfigurationError(f"{stack} has an output {name}, and so has another stack")
            outputs[name] = value
    return outputs


def _cdk(home: Home, *arguments: str) -> None:
    environ = clean_environment(os.environ) | home.client_environment()
    environ |= {"HOME": os.environ.get("HOME", str(home.scratch)), "CDK_DISABLE_CLI_TELEMETRY": "1"}
    command = [str(CLI), "--ci", "--no-notices", "--no-color", *arguments]
    program.run(command, environ=environ, log=home.logs / f"cdk-{arguments[0]}.log")
