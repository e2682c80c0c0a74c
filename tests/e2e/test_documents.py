"""The commands on the pages of the documentation, run as they stand. CODING.md says how a block is marked."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.documents import ROOT, Block, blocks, pages
from tests.e2e.journey import new_panorama, new_picture
from tests.e2e.stage import Person, Stage

_RUN = [page for page in pages() if any("run" in block.words for block in blocks(page))]
_LIMIT_S = 220
_END = "END_OF_BLOCK"


def script_of(page: Path) -> str:
    """All blocks of a page that are marked ``run``, as one script: what one sets, the next one has."""
    lines = ["set -euo pipefail -o allexport"]
    for block in blocks(page):
        if "run" in block.words:
            lines += [f"echo '→ {block.place}' >&2", _as_commands(block)]
    return "\n".join(lines) + "\n"


def _as_commands(block: Block) -> str:
    return f"python3 - <<'{_END}'\n{block.code}{_END}" if block.language == "python" else block.code


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the commands run: the programs of the repository, and the files that pages may name."""
    place = tmp_path / "lumenstock"
    place.mkdir()
    (place / ".venv").symlink_to(ROOT / ".venv")
    (place / "photo.jpg").write_bytes(new_picture())
    for folder_name in ("holiday", "studio"):
        (place / folder_name).mkdir()
        for number in (1, 2, 3):
            (place / folder_name / f"{number}.jpg").write_bytes(new_picture(800, 600))
    (place / "panorama.png").write_bytes(new_panorama())
    return place


@pytest.fixture
def run(cloud: Stage, contributor: Person, folder: Path) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Runs a script as somebody at the local cloud who has signed up as a contributor."""
    if cloud.home is None:
        pytest.skip("pages are run against the local cloud")
    variables = {
        **cloud.home.client_environment(),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "LUMENSTOCK_HOME": str(cloud.home.folder),
        "LUMENSTOCK_ENGINE_PORT": str(cloud.home.engine_port),
        "LUMENSTOCK_FRONT_PORT": str(cloud.home.front_port),
        "LUMENSTOCK_API": cloud.url,
        "EMAIL": contributor.email,
        "PASSWORD": contributor.password,
    }

    def runs(script: str) -> subprocess.CompletedProcess[str]:
        command = ["bash", "-c", script]
        return subprocess.run(
            command, cwd=folder, env=variables, capture_output=True, text=True, check=False, timeout=_LIMIT_S
        )

    return runs


@pytest.mark.parametrize("page", _RUN, ids=str)
def test_the_commands_of_a_page_work(
    run: Callable[[str], subprocess.CompletedProcess[str]], page: Path
) -> None:
    done = run(script_of(page))
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def test_a_page_whose_command_fails_is_found(run: Callable[[str], subprocess.CompletedProcess[str]]) -> None:
    assert run("set -euo pipefail\nfalse\ntrue").returncode == 1
