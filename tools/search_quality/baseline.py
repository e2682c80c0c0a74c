"""What the figures were, and whether they still are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.search_quality.measure import Figure

BASELINE = Path(__file__).with_name("baseline.json")
PAGE = Path(__file__).parents[2] / "docs" / "search-quality.md"
MARGIN = 0.02
"""A fall by more is a regression. Processors that round otherwise differ by less than half of it."""

_DIGITS = 4
_HEAD = """# Search quality

Written by `make search-quality ARGS=--write`; do not edit. How it is measured and what to turn: \
[relevance](runbooks/relevance.md).

Model {model}. More is better, 1 is the best. `make search-quality` and the tests fail where a figure is \
below what is accepted, or more than {margin} below the one on this page.

| figure | value | accepted from |
|---|---:|---:|
"""


def faults(figures: Sequence[Figure], baseline: Mapping[str, float]) -> list[str]:
    """Why ``figures`` are not accepted, one sentence each.

    Args:
        figures: What was measured.
        baseline: What was measured before, by name. Photos are asked of nobody, so they may be missing.
    """
    named = {figure.name: figure for figure in figures}
    told = [
        f"{figure.name} is {figure.value:.3f}; at least {figure.least:.3f} is accepted."
        for figure in figures
        if figure.least is not None and figure.value < figure.least
    ]
    told += [
        f"{name} fell from {before:.3f} to {named[name].value:.3f}, by more than {MARGIN}."
        for name, before in baseline.items()
        if name in named and named[name].value < before - MARGIN
    ]
    gone = [name for name in baseline if name not in named and "photos" not in name]
    return told + [f"{name} was not measured." for name in gone]


def read_baseline() -> dict[str, float]:
    """The committed values by name."""
    return {row["name"]: row["value"] for row in _committed()["figures"]}


def write(model: str, figures: Sequence[Figure]) -> None:
    """Make ``figures`` the baseline, and write the page."""
    rows = [
        {
            "name": figure.name,
            "value": round(figure.value, _DIGITS),
            "least": None if figure.least is None else round(figure.least, _DIGITS),
        }
        for figure in figures
    ]
    BASELINE.write_text(json.dumps({"model": model, "figures": rows}, indent=2) + "\n")
    PAGE.write_text(page())


def page() -> str:
    """The page of the committed baseline."""
    committed = _committed()
    rows = [_row(**row) for row in committed["figures"]]
    return _HEAD.format(model=committed["model"], margin=MARGIN) + "\n".join(rows) + "\n"


def _row(name: str, value: float, least: float | None) -> str:
    return f"| {name} | {value:.3f} | {'' if least is None else format(least, '.3f')} |"


def _committed() -> dict[str, Any]:
    committed: dict[str, Any] = json.loads(BASELINE.read_text())
    return committed
