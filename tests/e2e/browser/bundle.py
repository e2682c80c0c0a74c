"""The page of docs/uploads.md with Uppy as it was published, in one script that Chromium can run."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.documents import ROOT, block

GUIDE = Path("docs/uploads.md")


@dataclass(frozen=True)
class Bundle:
    """What the page loads.

    Attributes:
        version: Major version of Uppy.
        script: JavaScript that defines ``guide.uploader``.
        styles: CSS.
    """

    version: int
    script: str
    styles: str


def bundle(version: int, folder: Path) -> Bundle:
    """Bundle the guide's code with Uppy ``version`` in ``folder``; skips where it was not fetched."""
    packages = ROOT / ".cache" / "uppy" / str(version)
    if not (packages / ".made-from").exists():
        pytest.skip("Uppy is fetched by `make test-browser`, or tools/uppy.sh")
    (folder / "guide.js").write_text(block(GUIDE, "uppy").code, encoding="utf-8")
    (folder / "node_modules").symlink_to(packages / "node_modules")
    options = [
        "--bundle",
        "--format=iife",
        "--global-name=guide",
        "--preserve-symlinks",
        "--log-level=warning",
    ]
    program = str(packages / "node_modules" / ".bin" / "esbuild")
    subprocess.run([program, "guide.js", *options, "--outdir=out"], cwd=folder, check=True)
    script, styles = (folder / "out" / name for name in ("guide.js", "guide.css"))
    return Bundle(version, script.read_text(encoding="utf-8"), styles.read_text(encoding="utf-8"))
