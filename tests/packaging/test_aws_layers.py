import itertools
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from functions.manifest import FUNCTIONS, FunctionSpec, Layer
from infra.packaging import AWS, THIRD_PARTY, build

FolderOf = Callable[[FunctionSpec], list[Path]]

MAX_UNZIPPED_BYTES = 250 * 1024 * 1024  # Lambda's limit on code and layers together
PURE_PYTHON = {Layer.WEBHOOKS}
MAX_GLIBC = (2, 34)  # Amazon Linux 2023
AARCH64 = 183  # e_machine in an ELF header
IN_THE_RUNTIME = {"boto3", "botocore", "s3transfer"}


def size_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def tags(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Interpreter, ABI and platform of every wheel in a layer."""
    for wheel in folder.glob("python/*.dist-info/WHEEL"):
        for line in wheel.read_text().splitlines():
            if line.startswith("Tag: "):
                interpreter, abi, platform = line.removeprefix("Tag: ").split("-")
                yield interpreter, abi, platform


def runs_on_lambda(interpreter: str, abi: str, platform: str) -> bool:
    """Whether a wheel with this tag runs on Lambda's python3.13 on arm64."""
    if (abi, platform) == ("none", "any"):
        return interpreter in {"py3", "py2"}
    if abi == "abi3":
        right_python = interpreter.startswith("cp3") and int(interpreter.removeprefix("cp3")) <= 13
    else:
        right_python = abi == "cp313" or (abi == "none" and interpreter == "py3")
    name, _, machine = platform.rpartition("_aarch64")
    glibc = tuple(int(part) for part in name.removeprefix("manylinux_").split("_")) if "_2_" in name else ()
    return right_python and not machine and (name == "manylinux2014" or (2, 17) <= glibc <= MAX_GLIBC)


@pytest.mark.slow
@pytest.mark.parametrize("layer", THIRD_PARTY)
def test_every_wheel_is_made_for_the_runtime(layer: str) -> None:
    found = list(tags(build((layer,), AWS)))
    assert found
    assert [tag for tag in found if not runs_on_lambda(*tag)] == []


@pytest.mark.parametrize(
    "tag",
    [
        ("cp311", "cp311", "manylinux_2_28_aarch64"),
        ("cp313", "cp313", "manylinux_2_28_x86_64"),
        ("cp313", "cp313", "manylinux_2_39_aarch64"),
        ("cp314", "abi3", "manylinux_2_28_aarch64"),
        ("cp313", "cp313", "macosx_11_0_arm64"),
        ("cp313", "cp313", "linux_aarch64"),
    ],
)
def test_a_wheel_for_something_else_would_be_noticed(tag: tuple[str, str, str]) -> None:
    assert not runs_on_lambda(*tag)


@pytest.mark.slow
@pytest.mark.parametrize("layer", THIRD_PARTY)
def test_every_native_library_is_for_arm(layer: str) -> None:
    folder = build((layer,), AWS)
    libraries = list(itertools.chain(folder.rglob("*.so"), folder.rglob("*.so.*")))
    machines = {struct.unpack_from("<H", library.read_bytes()[:20], 18)[0] for library in libraries}
    assert machines == (set() if layer in PURE_PYTHON else {AARCH64})


@pytest.mark.slow
@pytest.mark.parametrize("spec", FUNCTIONS, ids=lambda spec: spec.name)
def test_a_function_fits_into_lambda(spec: FunctionSpec, aws_layers: FolderOf, code: Path) -> None:
    assert sum(size_bytes(folder) for folder in (code, *aws_layers(spec))) < MAX_UNZIPPED_BYTES


@pytest.mark.slow
@pytest.mark.parametrize("layer", THIRD_PARTY)
def test_no_layer_carries_what_the_runtime_brings(layer: str) -> None:
    names = {path.name for path in (build((layer,), AWS) / "python").iterdir()}
    assert names.isdisjoint(IN_THE_RUNTIME)
