"""The deployed API against its own document: requests made from it, right and wrong, and all checks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e import journey
from tests.e2e.stage import Person, Stage

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MODERATION = "^/v1/admin/"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300, func_only=True)]


def test_the_api_keeps_its_document(cloud: Stage, contributor: Person, tmp_path: Path) -> None:
    """As a contributor, who may do all but moderate."""
    session = contributor.api.post("/v1/upload-sessions", json={}).json()
    capability = session["companionEndpoint"].rpartition("/")[2]
    keeps(cloud, contributor, tmp_path, "--exclude-path-regex", 90, CAPABILITY=capability)


def test_moderation_keeps_its_document(
    cloud: Stage, contributor: Person, admin: Person, tmp_path: Path
) -> None:
    """As a moderator, on a picture that was approved."""
    image_id = journey.upload(contributor)
    journey.approved(contributor, image_id)
    keeps(cloud, admin, tmp_path, "--include-path-regex", 45, IMAGE_ID=image_id)


def keeps(cloud: Stage, person: Person, folder: Path, chosen: str, budget_s: int, **variables: str) -> None:
    """Try the operations of moderation, or all but those. What is left out, and why, is in schemathesis.toml."""
    command = [
        str(Path(sys.executable).with_name("st")),
        *("--config-file", str(HERE / "schemathesis.toml")),
        *("run", str(ROOT / "docs" / "api" / "openapi.json"), chosen, MODERATION),
        # The phases take what they need of it; the stateful one repeats until it is spent.
        *("--url", cloud.url, "--max-time", str(budget_s)),
    ]
    unused = {"CAPABILITY": "none", "IMAGE_ID": "none"}
    environment = {
        **os.environ,
        **unused,
        **variables,
        "ACCESS_TOKEN": person.access_token,
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
