"""The image of the embed job, without a container engine: its Dockerfile's files and locked packages in a folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from functions.gpu import EMBED_JOB
from infra.packaging import ROOT, uv

DOCKERFILE = (ROOT / "gpu_batch" / "Dockerfile").read_text()
_EMBEDS = """
import numpy as np
from lumenstock import bootstrap, use_cases
use_cases.embed_batch()
embedder = bootstrap.embedder_of("")
size_px = embedder.manifest.image_size_px
vectors = embedder.encode_images(np.full((2, size_px, size_px, 3), 99, np.uint8))
assert vectors.shape == (2, 768), vectors.shape
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the image holds; CUDA is left out, which needs 2 GB and a GPU to show anything."""
    root = tmp_path_factory.mktemp("image")
    python = root / "venv" / "bin" / "python"
    lock = ROOT / "requirements" / "gpu.txt"
    for step in (
        ["venv", "--quiet", "--python", sys.executable, str(root / "venv")],
        [
            *("pip", "install", "--quiet", "--python", str(python), "--no-deps", "--require-hashes"),
            *("--only-binary", ":all:", "--no-binary", "pyvips", "-r", str(lock)),
        ],
    ):
        subprocess.run([uv(), *step], check=True, env={**os.environ, "PKG_CONFIG": "false"})
    for source, target in re.findall(r"^COPY (\S+) (\S+)$", DOCKERFILE, re.MULTILINE):
        place = root / target.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(ROOT / source)
    return root


def run(image: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run in the image's environment: its variables, those of a job definition, and nothing of this process."""
    own = dict(re.findall(r"(\w+)=(\S+)", re.findall(r"^ENV (.*)$", DOCKERFILE, re.MULTILINE)[0]))
    stage = {
        *("CATALOG_TABLE", "FINGERPRINTS_TABLE", "ORIGINALS_BUCKET", "DERIVATIVES_BUCKET"),
        *("EMBED_LIVE_QUEUE_URL", "EMBED_BULK_QUEUE_URL"),
    }
    environment = {
        **own,
        **dict.fromkeys(stage, "none"),
        "MODEL_DIR": str(image / own["MODEL_DIR"].lstrip("/")),
        "AWS_DEFAULT_REGION": "us-east-1",
        "SEARCH_ENGINE": "none",
    }
    command = [str(image / "venv" / "bin" / "python"), *arguments]
    return subprocess.run(
        command, cwd=image / "app", env=environment, capture_output=True, text=True, check=False
    )


def test_the_image_s_command_is_the_job_definition_s(image: Path) -> None:
    (command,) = re.findall(r"^CMD (.*)$", DOCKERFILE, re.MULTILINE)
    assert command.startswith('["python", "-m", "gpu_batch.job"')
    program, *arguments = EMBED_JOB.run_with(source="bulk/embed/none/")
    assert program == "python"
    done = run(
        image, *arguments
    )  # put together whole, it asks for the number of its slice before anything else
    assert "only a child of an array job has one of them" in done.stderr, done.stderr


def test_its_packages_embed_and_are_those_for_gpus(image: Path) -> None:
    done = run(image, "-c", _EMBEDS)
    assert done.returncode == 0, done.stderr
    assert "NO_GPU" in done.stderr  # CUDA was left out
    listed = run(image, "-c", "import importlib.metadata as m; print(m.version('onnxruntime-gpu'))")
    assert listed.returncode == 0, listed.stderr
