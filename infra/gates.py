"""``python -m infra.gates``: every checker over the templates of every stage and over the state machine.

Templates are written without building layers, so nothing is downloaded but checkov's own environment, once.
Findings that stay are explained beside their resource (AwsSolutions), in ``.checkov.yaml`` or ``.cfnlintrc``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from infra.application import compose
from infra.config import StageConfig
from infra.gpu_config import Gpu
from infra.packaging import ROOT, unbuilt, uv
from infra.stacks.stack import Stage

_BIN = Path(sys.executable).parent
_POLICY = ROOT / ".venv-policy"
_DEFINITION = ROOT / "statemachines" / "ingest.asl.json"


def configurations() -> Iterator[tuple[str, StageConfig]]:
    """Every stage, and two with the GPUs on that are off for now."""
    for stage in ("local", "dev", "prod"):
        yield stage, StageConfig.load(stage)
    yield "dev-gpu", with_gpus(StageConfig.load("dev"))
    yield "prod-gpu", with_gpus(StageConfig.load("prod"))


def with_gpus(config: StageConfig) -> StageConfig:
    """A stage with GPUs, whose image CodeBuild makes."""
    types = ("g6.xlarge", "g5.xlarge", "g4dn.xlarge")
    return config.model_copy(update={"gpu": Gpu(image=None, instance_types=types, max_vcpus=16, max_jobs=4)})


def write_templates(folder: Path) -> list[str]:
    """Synthesise everything below ``folder``; the findings of CDK and AwsSolutions."""
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    findings: list[str] = []
    for name, config in configurations():
        app = App(context=context, outdir=str(folder / name))
        compose(app, Stage(config, account=config.account, folder_of=unbuilt))
        Validations.of(app).add_plugins(AwsSolutionsChecks(app))
        try:
            app.synth()
        except RuntimeError as error:  # jsii's; the report below says more
            findings.append(str(error).splitlines()[0])
        findings += _reported(folder / name / "validation-report.json")
    return findings


def drop_repeats(folder: Path) -> None:
    """Delete what is the same to the byte in another configuration: most stacks know nothing of GPUs."""
    seen: set[bytes] = set()
    for path in sorted(folder.glob("*/*.template.json")):
        template = path.read_bytes()
        if template in seen:
            path.unlink()
        seen.add(template)


def _reported(report: Path) -> list[str]:
    if not report.exists():
        return []
    return [
        f"{violation['ruleName']} {construct['constructPath']}: {violation['description']}"
        for plugin in json.loads(report.read_text())["pluginReports"]
        for violation in plugin.get("violations", ())
        for construct in violation["violatingConstructs"]
    ]


def checkov() -> str:
    """The command, from an environment of its own: its pins are old and many."""
    command = _POLICY / "bin" / "checkov"
    lock = ROOT / "requirements" / "policy.txt"
    made_from = _POLICY / ".made-from"
    if not made_from.exists() or made_from.read_bytes() != lock.read_bytes():
        python = str(_POLICY / "bin" / "python")
        for step in (
            ["venv", "--quiet", "--clear", "--python", sys.executable, str(_POLICY)],
            ["pip", "sync", "--quiet", "--python", python, "--require-hashes", str(lock)],
        ):
            subprocess.run([uv(), *step], check=True)  # noqa: S603 - our own words
        shutil.copyfile(lock, made_from)
    return str(command)


def commands(folder: Path) -> dict[str, list[str]]:
    """Checkers over the templates below ``folder`` and over the state machine."""
    templates = sorted(str(path) for path in folder.glob("*/*.template.json"))
    return {
        "checkov": [
            *(checkov(), "--config-file", str(ROOT / ".checkov.yaml"), "--directory", str(folder)),
            *("--skip-path", "/local/"),  # its one finding there: the engine speaks no TLS
        ],
        "cfn-lint": [str(_BIN / "cfn-lint"), "--config-file", str(ROOT / ".cfnlintrc"), "--", *templates],
        "asl-validator": [
            *(str(ROOT / "node_modules" / ".bin" / "asl-validator"), "--json-path", str(_DEFINITION))
        ],
        "statelint": [str(_BIN / "statelint"), str(_DEFINITION)],
    }


def _run(gate: tuple[str, Sequence[str]]) -> bool:
    name, command = gate
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    _say(name, done.returncode == 0, done.stdout + done.stderr)
    return done.returncode == 0


def _say(name: str, passed: bool, details: str) -> None:  # noqa: FBT001 - private, two words
    sys.stdout.write(f"{'✓' if passed else '✗'} {name}\n" + ("" if passed else f"{details}\n"))


def main() -> int:
    """Run all gates; 1 if any finds something."""
    with tempfile.TemporaryDirectory(prefix="lumenstock-templates-") as scratch:
        findings = write_templates(Path(scratch))
        _say("AwsSolutions", not findings, "\n".join(findings))
        drop_repeats(Path(scratch))
        with ThreadPoolExecutor(max_workers=2) as pool:
            passed = list(pool.map(_run, commands(Path(scratch)).items()))
    return 0 if all(passed) and not findings else 1


if __name__ == "__main__":
    sys.exit(main())
