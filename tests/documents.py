"""What tests read of a Markdown page: code blocks that they run, and tables that they compare.

CODING.md, "… write a page of commands", is the rule for the blocks.
"""

from __future__ import annotations

import re
import subprocess
import textwrap
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
# A fence with its language and words, in a list further to the right, or a comment that opens with the word `run`
# and ends on a line of its own.
_BLOCK = re.compile(
    r"^(?P<indent> *)(?P<fence>`{3,}|~{3,})(?P<language>\w*)(?P<words>[^\n`]*)\n(?P<shown>.*?)^(?P=indent)(?P=fence)$"
    r"|^<!-- run\n(?P<hidden>.*?)^-->$",
    re.MULTILINE | re.DOTALL,
)
QUOTED = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Block:
    """One block of code.

    Attributes:
        language: Its language; ``sh`` for commands that the page does not show.
        words: What stands after the language, such as ``run``.
        code: The text between the fences.
        place: Page and line, for the person who mends it.
        hidden: Whether the page does not show it.
    """

    language: str
    words: frozenset[str]
    code: str
    place: str
    hidden: bool = False


def blocks(page: Path) -> list[Block]:
    """The blocks of ``page`` (relative to the repository), in their order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [
        _block(found, f"{page}:{text.count(chr(10), 0, found.start()) + 1}")
        for found in _BLOCK.finditer(text)
    ]


def _block(found: re.Match[str], place: str) -> Block:
    if found["hidden"] is not None:
        return Block("sh", frozenset({"run"}), found["hidden"], place, hidden=True)
    return Block(found["language"], frozenset(found["words"].split()), textwrap.dedent(found["shown"]), place)


def fences(page: Path) -> int:
    """How many lines of ``page`` look like the edge of a block, whatever :func:`blocks` makes of them."""
    return len(re.findall(r"^[ \t>]*(?:```|~~~)", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE))


def block(page: Path, word: str) -> Block:
    """The one block of ``page`` that is marked with ``word``."""
    (found,) = (block for block in blocks(page) if word in block.words)
    return found


def pages() -> list[Path]:
    """Every tracked Markdown page, relative to the repository."""
    command = ["git", "ls-files", "*.md"]
    listing = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return [Path(name) for name in listing.stdout.splitlines() if (ROOT / name).is_file()]


def table(text: str) -> list[list[str]]:
    """The rows of the first table in ``text``, without header and rule."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("|"))
    rows = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")])
    return rows[2:]


def names(cell: str) -> set[str]:
    """What a table cell quotes."""
    return set(QUOTED.findall(cell))
