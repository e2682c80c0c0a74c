"""The documentation says what is there: links and paths resolve, its tables equal the code."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from functions.manifest import FUNCTIONS
from localcloud.front import LIMITS
from lumenstock.catalog.states import DEAD, TRANSITIONS, WORK_QUEUE, Status
from lumenstock.settings import Settings
from tests.documents import QUOTED, names, table
from tools.catalogues.pages import PAGES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
ARCHITECTURE = DOCS / "architecture.md"
SCOPE = DOCS / "scope.md"
DECISIONS = DOCS / "adr"
LOCAL_CLOUD = DOCS / "local-cloud.md"

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
PATH = re.compile(r"[\w.{}*-]+(?:/[\w.{}*-]+)*/?")
PACKAGE = "layers/common/python/lumenstock"
NOT_YET = re.compile(r"\bplanned\b|\botherwise\b|\*\*no\*\*", re.IGNORECASE)


def documents() -> list[Path]:
    """Every tracked Markdown file, relative to the root."""
    listing = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [Path(name) for name in listing.stdout.splitlines() if (ROOT / name).is_file()]


def prose(path: Path) -> str:
    """A document without its code blocks."""
    return FENCE.sub("", (ROOT / path).read_text(encoding="utf-8"))


def anchors(path: Path) -> set[str]:
    """The fragments that GitHub makes of a document's headings."""
    headings = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", found) for found in HEADING.findall(prose(path)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def section(path: Path, heading: str) -> str:
    """The text under one ``##`` heading, up to the next."""
    found = re.search(
        rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", path.read_text(), re.MULTILINE | re.DOTALL
    )
    assert found, f"{path.name} has no section {heading!r}"
    return found[1]


def broken_links(document: Path) -> list[str]:
    """Links of a document that lead nowhere in this repository."""
    broken = []
    for plain, picture in LINK.findall(prose(document)):
        target = plain or picture
        if re.match(r"[a-z]+:", target):
            continue
        file_name, _, fragment = target.partition("#")
        file = (ROOT / document.parent / file_name).resolve() if file_name else ROOT / document
        if not file.exists() or (fragment and fragment not in anchors(file)):
            broken.append(target)
    return broken


# Folders that a fresh checkout lacks.
MADE_BY_RUNS = {".local", ".cache", ".venv", ".venv-engine", ".venv-policy", ".venv-train", "node_modules"}


def is_repository_path(name: str) -> bool:
    """Whether a quoted name claims to be a file or folder of this repository."""
    first, slash, _ = name.partition("/")
    if first in MADE_BY_RUNS or not (slash and PATH.fullmatch(name)):
        return False
    return first == "lumenstock" or (ROOT / first).is_dir()


def exists(name: str) -> bool:
    """Whether a path, which may hold ``*`` or ``{a,b}``, matches something."""
    pattern = re.sub(r"^lumenstock/", f"{PACKAGE}/", name).rstrip("/")
    pattern = re.sub(r"\{[^}]*\}", "*", pattern)
    return any(True for _ in ROOT.glob(pattern))


@pytest.mark.parametrize("document", documents(), ids=str)
def test_links_lead_somewhere(document: Path) -> None:
    assert broken_links(document) == []


@pytest.mark.parametrize("document", documents(), ids=str)
def test_paths_that_are_not_announced_for_later_exist(document: Path) -> None:
    missing = [
        name
        for line in prose(document).splitlines()
        if not NOT_YET.search(line)
        for name in QUOTED.findall(line)
        if is_repository_path(name) and not exists(name)
    ]
    assert missing == []


@pytest.mark.parametrize("document", documents(), ids=str)
def test_every_row_of_a_table_has_all_cells(document: Path) -> None:
    tables = re.findall(r"(?:^\|.*\n)+", prose(document), re.MULTILINE)
    cells = [[len(re.findall(r"(?<!\\)\|", row)) for row in found.splitlines()] for found in tables]
    assert [found for found, count in zip(tables, cells, strict=True) if len(set(count)) > 1] == []


def test_the_table_of_states_equals_the_code() -> None:
    documented = {
        Status(names(status).pop()): (names(following), names(marks))
        for status, _, following, marks in table(section(ARCHITECTURE, "States"))
    }
    in_code = {
        status: (
            {str(target) for target in TRANSITIONS[status]},
            {mark for mark, group in (("work queue", WORK_QUEUE), ("dead", DEAD)) if status in group},
        )
        for status in Status
    }
    assert documented == in_code


def test_the_diagram_of_states_draws_exactly_the_steps_of_the_code() -> None:
    drawn = re.findall(r"^ +(\w+) --> (\w+)", section(ARCHITECTURE, "States"), re.MULTILINE)
    in_code = {(str(status), str(target)) for status, targets in TRANSITIONS.items() for target in targets}
    assert {step for step in drawn if step[1] != Status.DELETED} == {
        step for step in in_code if step[1] != Status.DELETED
    }


def test_the_table_of_functions_equals_the_manifest() -> None:
    rows = table(section(ARCHITECTURE, "Functions"))
    documented = {names(name).pop(): (names(file).pop(), int(memory)) for name, file, _, memory in rows}
    assert documented == {
        spec.name: ("/".join(spec.handler.split(".")[:-1]) + ".py", spec.memory_mib) for spec in FUNCTIONS
    }


def test_the_way_from_a_route_to_the_stored_item_is_four_files() -> None:
    steps = re.findall(r"^\d\. (.+)$", section(ARCHITECTURE, "From a route to the stored item"), re.MULTILINE)
    assert [len([name for name in QUOTED.findall(step) if is_repository_path(name)]) for step in steps] == [
        1
    ] * 4


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_what_the_code_says(name: str) -> None:
    assert (ROOT / name).read_text() == PAGES[name](), "run `make catalogues`"


def test_the_page_of_the_local_cloud_lists_what_the_start_page_lists() -> None:
    limits = json.loads(LIMITS.read_text())
    emulated = table(section(LOCAL_CLOUD, "What is emulated"))
    assert emulated == [[row["service"], row["for"]] for row in limits["emulated"]]
    not_proven = table(section(LOCAL_CLOUD, "What a green local run does not prove"))
    assert not_proven == [[row["what"], row["instead"]] for row in limits["not_proven"]]


def test_every_setting_of_a_function_is_explained() -> None:
    explained = set().union(
        *(names(row[0]) for row in table(section(DOCS / "operations.md", "Settings of a function")))
    )
    assert {name.upper() for name in Settings.model_fields} <= explained


def test_every_decision_is_in_the_index_and_has_its_four_parts() -> None:
    pages = sorted(DECISIONS.glob("0*.md"))
    index = (DECISIONS / "README.md").read_text()
    assert [page.name for page in pages if f"]({page.name})" not in index] == []
    parts = ["Context", "Decision", "Consequences", "What would change our mind"]
    assert {page.name: re.findall(r"^## (.+)$", page.read_text(), re.MULTILINE) for page in pages} == {
        page.name: parts for page in pages
    }


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(page.name[:4]) for page in sorted(DECISIONS.glob("0*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_row_of_the_scope_says_what_became_of_the_demand() -> None:
    words = ("here", "planned", "otherwise", "no")
    undecided = [
        line
        for line in SCOPE.read_text().partition("\n## ")[2].splitlines()
        if line.startswith("| ")
        and not re.match(r"\| (demand|step|layer|endpoint|column)", line)
        and not any(re.search(rf"\*\*{word}\b", line) for word in words)
    ]
    assert undecided == []
