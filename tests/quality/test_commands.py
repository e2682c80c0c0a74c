"""Commands on pages: each is run by tests/e2e/test_documents.py, or is marked as one for AWS."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests.documents import ROOT, Block, blocks, pages

# Pages that people follow command by command.
_HELD = [page for page in pages() if page.match("docs/uploads.md") or page.match("docs/runbooks/*.md")]
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_COMMANDS = {"sh", "bash", "python"}
_MARKS = {"run", "aws"}
_MARKED = [block for page in pages() for block in blocks(page) if block.words & _MARKS]


@pytest.mark.parametrize("page", _HELD, ids=str)
def test_every_block_of_commands_is_marked(page: Path) -> None:
    unmarked = [
        block.place
        for block in blocks(page)
        if block.language in _COMMANDS and len(block.words & _MARKS) != 1
    ]
    assert unmarked == []


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
