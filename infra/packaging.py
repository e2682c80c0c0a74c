"""Lambda layers, built without Docker into folders whose names hold the hash of what they were made from.

``python -m infra.packaging [local] [aws]`` builds all of them; an app that needs one builds it, too. A folder
that is there is never touched again, so a second run takes no time and needs no network.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from functions.manifest import FUNCTIONS, FunctionSpec, Layer

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "layers"
COMMON = "common"
THIRD_PARTY = (
    *(Layer.API, Layer.IMAGING, Layer.RAW, Layer.WEBHOOKS),
    *(Layer.SEARCH, Layer.OPENSEARCH, Layer.ONNX),
)
_ONLY_LOCAL = {Layer.SEARCH}  # the embedded index is of one machine, and a function may have five layers

_RECIPE = 1  # a change of how a folder is made asks for a new number: it is part of every hash
_NOT_SHIPPED = ("__pycache__", "*.pyc", "py.typed", ".mypy_cache")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a layer runs.

    Attributes:
        name: ``local`` or ``aws``.
        folder: Built layers, relative to the repository.
        interpreter: What uv must know to choose wheels.
        tag: Interpreter and platform; part of the hash.
    """

    name: str
    folder: str
    interpreter: tuple[str, ...]
    tag: str


# Lambda's python3.13 is Amazon Linux 2023 with glibc 2.34, so wheels for glibc 2.28 run there.
AWS = Target(
    "aws",
    ".cache/layers",
    ("--python-platform", "aarch64-manylinux_2_28", "--python-version", "3.13"),
    "cp313-aarch64",
)
# The local engine runs handlers on its own interpreter, of the same version as this one; they find these
# folders by PYTHONPATH.
LOCAL = Target(
    "local",
    ".local/layers",
    ("--python", sys.executable),
    f"{sys.implementation.cache_tag}-{sysconfig.get_platform()}",
)
TARGETS = {target.name: target for target in (LOCAL, AWS)}


def build(parts: Sequence[str], target: Target, root: Path = ROOT) -> Path:
    """The folder that holds the layers ``parts`` for ``target``; made if it is not there yet.

    Third-party packages lie below ``python/``, our own files where they lie in ``layers/<part>``.

    Raises:
        subprocess.CalledProcessError: uv could not install the locked versions; its output says why.
    """
    sources = [SOURCES / part for part in parts]
    folder = root / target.folder / f"{'-'.join(parts)}-{_digest(sources, target)}"
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        made = Path(scratch, "layer")
        for source in sources:
            if (source / "requirements.txt").exists():
                _install(source / "requirements.txt", made / "python", target)
            else:
                left_out = shutil.ignore_patterns(*_NOT_SHIPPED)
                shutil.copytree(source, made, ignore=left_out, dirs_exist_ok=True)
        try:
            made.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another process was faster, and made the same
                raise
    return folder


def unbuilt(parts: Sequence[str], root: Path = ROOT) -> Path:
    """An empty folder in the place of a layer, for templates that nobody deploys."""
    folder = root / ".cache" / "layers" / "unbuilt" / f"{'-'.join(parts)}-0"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _digest(sources: Sequence[Path], target: Target) -> str:
    """16 hex digits over everything that the folder is made from."""
    content = hashlib.sha256(f"{_RECIPE} {target.tag}".encode())
    for source in sources:
        for path in _shipped(source):
            content.update(f"{path.relative_to(SOURCES)}\0{path.stat().st_size}\0".encode())
            content.update(path.read_bytes())
    return content.hexdigest()[:16]


def _shipped(source: Path) -> Iterator[Path]:
    for path in sorted(source.rglob("*")):
        names = path.relative_to(source).parts
        if path.is_file() and not any(fnmatch(name, left_out) for name in names for left_out in _NOT_SHIPPED):
            yield path


def _install(requirements: Path, folder: Path, target: Target) -> None:
    """Install exactly what is locked, from wheels.

    pyvips 3 has no wheel (with wheels only, 2.1.0 would be chosen). Its source is pure Python as long as it
    does not find the headers of a libvips on this machine, so it may not look: pkg-config is switched off.
    """
    command = [
        *(uv(), "pip", "install", "--quiet", *target.interpreter, "--target", str(folder)),
        *("--only-binary", ":all:", "--no-binary", "pyvips"),
        *("--no-deps", "--require-hashes", "-r", str(requirements)),
    ]
    subprocess.run(command, check=True, env={**os.environ, "PKG_CONFIG": "false"})  # noqa: S603 - our own words
    shutil.rmtree(folder / "bin", ignore_errors=True)


def uv() -> str:
    """The command uv: the one beside this interpreter, or else the one on the path."""
    beside = Path(sys.executable).with_name("uv")
    return str(beside) if beside.exists() else "uv"


def parts_of(spec: FunctionSpec, target: Target) -> list[tuple[str, ...]]:
    """The layers of a function, each with what lies in it, our own code first.

    On AWS all that is ours is one layer, model included: a function may have five. Locally the model lies
    apart, for a change of our code copies what it lies with.
    """
    names = (COMMON, *spec.layers)
    if target is LOCAL:
        return [(name,) for name in names]
    names = tuple(name for name in names if name not in _ONLY_LOCAL)
    own = tuple(name for name in names if name not in THIRD_PARTY)
    return [own, *((name,) for name in names if name in THIRD_PARTY)]


def main(names: list[str]) -> int:
    """Build what the functions need, for the targets named on the command line or for all."""
    for target in [TARGETS[name] for name in names] or TARGETS.values():
        for parts in sorted({parts for spec in FUNCTIONS for parts in parts_of(spec, target)}):
            sys.stdout.write(f"  {build(parts, target).relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
