"""The figures of the documents: measured, within what was set as a goal, and the same wherever they are said."""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import ge, le
from pathlib import Path

import pytest

from tests.documents import names, table

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
MEASURED = {names(row[0]).pop(): float(row[1]) for row in table((DOCS / "benchmarks.md").read_text())}


@pytest.mark.parametrize(
    ("figure", "within", "goal"),
    [
        ("ingest.four_sizes.ratio_to_sharp", le, 0.8),
        ("ingest.lean.cpu_s_per_12mp", le, 0.35),
        ("ingest.lean.usd_per_million", le, 50),
        ("ingest.peak_rss_mb", le, 350),
        ("search.embedded.hybrid_facets.10k.p99_ms", le, 15),
        ("search.embedded.hybrid_facets.100k.p99_ms", le, 30),
        ("search.embedded.recall_at_10", ge, 0.99),
        ("search.embedded.filtered.recall_at_10", ge, 0.99),
        ("search.opensearch.hybrid.ratio_to_knn", le, 1.5),
        ("search.suggest.p99_ms", le, 20),
        ("embed.query.int8.p50_ms", le, 10),
        ("embed.query.fp32.p50_ms", le, 25),
    ],
)
def test_a_figure_is_within_its_goal(
    figure: str, within: Callable[[float, float], bool], goal: float
) -> None:
    assert within(MEASURED[figure], goal)


def test_the_figures_of_the_readme_are_those_of_the_benchmarks() -> None:
    said = re.search(
        r"costs (\S+) CPU seconds for a generated picture and (\S+) for photos of cameras;.* is (\S+) of what Pillow",
        " ".join((ROOT / "README.md").read_text().split()),
    )
    assert said
    figures = ("ingest.lean.cpu_s_per_12mp", "ingest.lean.photos.cpu_s_per_12mp", "ingest.ratio_to_pillow")
    assert list(said.groups()) == [f"{MEASURED[figure]:.2f}" for figure in figures]


def test_the_sum_of_the_costs_is_that_of_the_benchmarks() -> None:
    said = re.search(
        r"`ingest\.lean\.usd_per_million`\) \| \| \*\*(\S+)\*\*", (DOCS / "costs.md").read_text()
    )
    assert said
    assert float(said[1]) == MEASURED["ingest.lean.usd_per_million"]
