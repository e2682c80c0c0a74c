"""What every file of the repository keeps to."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULE_LINES = 300

MACHINE_PATH = re.compile(r"(?<![\w.~}-])/(?:work|root|home)/[\w.]")
# These are put together here, so that this file does not hold what it forbids.
REGISTRY_HOST = re.compile(
    "|".join(
        re.escape(".".join(labels))
        for labels in [
            ("files", "pythonhosted", "org"),
            ("pypi", "org"),
            ("registry", "npmjs"),
            ("registry", "yarnpkg"),
            ("repo1", "maven"),
            ("repo", "maven", "apache"),
            ("static", "crates", "io"),
            ("proxy", "golang"),
            ("deb", "debian", "org"),
        ]
    )
)
UNFINISHED = re.compile(r"\b(?:" + "|".join(["TO" + "DO", "FIX" + "ME"]) + r")\b")
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}
THE_COMMON_LAYER = Path("layers/common")


def tracked() -> list[Path]:
    """Every file that git holds and that lies in the working tree, relative to the root."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [Path(name) for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str | None:
    """The text of a file; None if it is not text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    """``file:line: text`` of each line of the repository that ``pattern`` is found in."""
    return [
        f"{path}:{number}: {line.strip()[:120]}"
        for path in tracked()
        for number, line in enumerate((text_of(path) or "").splitlines(), start=1)
        if pattern.search(line)
    ]


def sources(*suffixes: str) -> list[Path]:
    """The tracked files with one of ``suffixes``."""
    return [path for path in tracked() if path.suffix in suffixes]


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    assert lines_with(MACHINE_PATH) == []


def test_no_file_names_the_host_of_a_package_registry() -> None:
    assert lines_with(REGISTRY_HOST) == []


def test_nothing_is_left_for_later_in_a_comment() -> None:
    assert lines_with(UNFINISHED) == []


def test_no_module_is_longer_than_the_limit() -> None:
    too_long = {
        str(path): count
        for path in sources(".py", ".js", ".css", ".sh")
        if (count := len((text_of(path) or "").splitlines())) > MODULE_LINES
    }
    assert too_long == {}


def test_modules_and_folders_have_telling_names() -> None:
    vague = [
        str(path)
        for path in sources(".py", ".js")
        for part in (
            path.relative_to(THE_COMMON_LAYER) if path.is_relative_to(THE_COMMON_LAYER) else path
        ).parts
        if part.removesuffix(path.suffix) in VAGUE_NAMES
    ]
    assert vague == []


def test_package_markers_of_product_code_hold_no_code() -> None:
    with_code = [
        str(path)
        for path in sources(".py")
        if path.name == "__init__.py" and path.parts[0] != "tools"
        for statement in ast.parse(text_of(path) or "").body
        if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
    ]
    assert with_code == []


@pytest.mark.parametrize(
    "line",
    ["cd /ho" + "me/ada/project", 'path = "/wo' + 'rk/main"', "/ro" + "ot/.cache", "file:///ho" + "me/x"],
)
def test_the_pattern_of_a_machine_path_finds_one(line: str) -> None:
    assert MACHINE_PATH.search(line)


@pytest.mark.parametrize(
    "line", ["https://example.org/home/page", "${HOME}/home/x", "frame/work/x", "/v1/home"]
)
def test_the_pattern_of_a_machine_path_lets_other_paths_be(line: str) -> None:
    assert not MACHINE_PATH.search(line)
