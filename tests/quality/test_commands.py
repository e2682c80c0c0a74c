"""Commands on pages: each is run by tests/e2e/test_documents.py, or is marked as one for AWS."""

from __future__ import annotations

import ast
import json
import re
import shlex
import subprocess
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from infra.gpu_config import Gpu
from tests.documents import ROOT, Block, blocks, fences, pages

# Pages that people follow command by command. Runbooks are looked for on the disk: one that git does not know
# yet is held as well.
_RUNBOOKS = [page.relative_to(ROOT) for page in sorted((ROOT / "docs/runbooks").rglob("*.md"))]
_HELD = [Path("docs/uploads.md"), *_RUNBOOKS]
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_COMMANDS = {"sh", "python"}
_MARKS = {"run", "aws"}
# What is no command: by language, and the page of Uppy, which tests/e2e/browser runs.
_SHOWN = {"json", "mermaid"}
_RUN_ELSEWHERE = {"uppy"}
_MARKED = [block for page in pages() for block in blocks(page) if block.words & _MARKS]
_FOR_AWS = [block for block in _MARKED if "aws" in block.words]
# What the command line makes of several of the API's fields.
_SHORT_FORMS = {"create-invalidation": {"paths"}}


@pytest.mark.parametrize("page", _HELD, ids=str)
def test_every_block_is_run_or_says_why_not(page: Path) -> None:
    unmarked = [
        block.place
        for block in blocks(page)
        if block.language not in _SHOWN and len(block.words & (_MARKS | _RUN_ELSEWHERE)) != 1
    ]
    assert unmarked == []


@pytest.mark.parametrize("page", _HELD, ids=str)
def test_no_block_is_written_so_that_nobody_sees_it(page: Path) -> None:
    assert fences(page) == 2 * len([block for block in blocks(page) if not block.hidden])


@pytest.mark.parametrize("page", _RUNBOOKS, ids=str)
def test_a_runbook_has_commands(page: Path) -> None:
    assert [block for block in blocks(page) if block.words & _MARKS]
    assert page in pages(), "git does not know it, so nobody runs it"


@pytest.mark.parametrize("block", _FOR_AWS, ids=lambda block: block.place)
def test_what_is_run_by_nobody_here_tells_its_reader_why(block: Block) -> None:
    assert re.match(r"# AWS only: \S+ \S+", block.code)


@pytest.mark.parametrize("block", _FOR_AWS, ids=lambda block: block.place)
def test_a_command_of_aws_names_an_operation_and_options_that_there_are(block: Block) -> None:
    for line in block.code.replace("\\\n", " ").splitlines():
        program, *words = shlex.split(line, comments=True) or [""]
        if program == "aws":
            service, operation, *options = words
            assert {word[2:] for word in options if word.startswith("--")} <= _options(service, operation), (
                line
            )


def _options(service: str, operation: str) -> set[str]:
    """The options of ``aws SERVICE OPERATION``, as the SDK's model of the service has them."""
    model = botocore.session.get_session().get_service_model(service)
    names = {xform_name(name, "-"): name for name in model.operation_names}
    shape = model.operation_model(names[operation]).input_shape
    members = shape.members if shape else {}
    return {xform_name(name, "-") for name in members} | _SHORT_FORMS.get(operation, set())


def test_the_gpus_that_the_runbook_asks_for_are_ones_that_a_stage_takes() -> None:
    (said,) = (block for block in blocks(Path("docs/runbooks/gpu.md")) if block.language == "json")
    assert Gpu.model_validate(json.loads(f"{{{said.code}}}")["gpu"]).image is None


@pytest.mark.parametrize("page", _HELD, ids=str)
def test_no_command_hides_in_an_indented_block(page: Path) -> None:
    assert re.findall(r"\n\n {4}\S.*", _FENCED.sub("", (ROOT / page).read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("block", _MARKED, ids=lambda block: block.place)
def test_a_marked_block_can_be_read_by_its_language(block: Block) -> None:
    """Those for AWS are run by nobody here, so at least this."""
    if block.language == "python":
        ast.parse(block.code)
    else:
        assert block.language in _COMMANDS
        subprocess.run(["bash", "-n"], input=block.code, text=True, check=True)
