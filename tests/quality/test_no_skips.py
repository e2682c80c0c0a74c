from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("processes", [(), ("-n", "1")], ids=["here", "in another process"])
@pytest.mark.parametrize(("mark", "code"), [("gpu", 0), ("aws", 0), ("slow", 1)])
def test_only_a_mark_permits_a_skip(tmp_path: Path, mark: str, code: int, processes: tuple[str, ...]) -> None:
    """The folder is called as a mark that permits one."""
    file = tmp_path / "aws" / "test_it.py"
    file.parent.mkdir()
    file.write_text(
        f"import pytest\n\n\n@pytest.mark.{mark}\ndef test_it() -> None:\n    pytest.skip('for a reason')\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  aws:\n  gpu:\n  slow:\n")
    command = [sys.executable, "-m", "pytest", "-p", "tools.no_skips", "-c", str(tmp_path / "pytest.ini")]
    ran = subprocess.run(
        [*command, str(tmp_path), *processes], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == code, ran.stdout
    assert ("SKIPPED BUT REQUIRED" in ran.stdout) == bool(code)
