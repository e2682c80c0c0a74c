"""The deployed API against its own document: requests made from it, right and wrong, and all checks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.stage import Person, Stage

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
# The phases take what they need of it; the stateful one repeats until it is spent.
BUDGET_S = 100


@pytest.mark.slow
@pytest.mark.timeout(300, func_only=True)
def test_the_api_keeps_its_document(cloud: Stage, contributor: Person, tmp_path: Path) -> None:
    """As a contributor. What is left out, and why, is in schemathesis.toml."""
    command = [
        str(Path(sys.executable).with_name("st")),
        *("--config-file", str(HERE / "schemathesis.toml")),
        *("run", str(ROOT / "docs" / "api" / "openapi.json")),
        *("--url", cloud.url, "--max-time", str(BUDGET_S)),
    ]
    session = contributor.api.post("/v1/upload-sessions", json={}).json()
    environment = {
        **os.environ,
        "ACCESS_TOKEN": contributor.access_token,
        "CAPABILITY": session["companionEndpoint"].rpartition("/")[2],
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
