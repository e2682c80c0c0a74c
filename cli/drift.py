"""``lumenstock ops search-check``: compares the search index with the catalogue, and mends it."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.console import bar_of_share, out
from cli.options import AsJson
from cli.stage import telling_faults

if TYPE_CHECKING:
    from lumenstock.ingest.difference import Difference
    from lumenstock.ingest.drift import DriftCheck, Finding
    from lumenstock.search.upkeep import KeptIndex

_LISTED = 20
_MEANING = {
    "missing": "approved, and not found",
    "stale": "an older version is found",
    "altered": "the same version with other content",
    "lingering": "found, and must not be",
    "ahead": "later than the catalogue: only a reindex mends it",
}


@dataclass(slots=True)
class _Tally:
    """What was found so far, by kind."""

    found: Counter[str] = field(default_factory=Counter)
    repaired: Counter[str] = field(default_factory=Counter)

    def add(self, finding: Finding) -> None:
        self.found[finding.difference.drift] += 1
        self.repaired[finding.difference.drift] += finding.repaired

    @property
    def left(self) -> int:
        return self.found.total() - self.repaired.total()


def search_check(
    *,
    repair: Annotated[bool, typer.Option("--repair", help="Write what is missing or wrong.")] = False,
    settle_s: Annotated[
        float,
        typer.Option(
            "--settle", min=0, max=600, metavar="SECONDS", help="How long the index may lag behind a change."
        ),
    ] = 10,
    as_json: AsJson = False,
) -> None:
    """Compare the search index with the catalogue, while both go on changing.

    A difference that lasts is told; the exit code is 1 while one is left. Repairs are writes of the version
    that the catalogue has: a later change prevails over them. The command may be stopped and run again.
    """
    from lumenstock import bootstrap

    with telling_faults():
        left = tell(check_of(bootstrap.search_index(), repair=repair, settle_s=settle_s), as_json=as_json)
    if left:
        raise typer.Exit(1)


def check_of(index: KeptIndex, *, repair: bool, settle_s: float) -> DriftCheck:
    """A comparison of ``index`` with the stage's catalogue."""
    from lumenstock import bootstrap
    from lumenstock.ingest.drift import DriftCheck

    return DriftCheck(
        bootstrap.catalog(),
        index,
        repair=repair,
        settle_s=settle_s,
        now_s=time.monotonic,
        pause=time.sleep,
        model=bootstrap.serving_model(),
    )


def tell(check: DriftCheck, *, as_json: bool) -> int:
    """Make a comparison and say what it finds; how many differences are left."""
    tally, listed = _Tally(), Table("image", "drift", "catalogue", "index", "fields", "", box=None)
    with bar_of_share() as progress:
        task = progress.add_task("catalogue and index", total=1.0)
        for finding in check.run(lambda share: progress.update(task, completed=share)):
            tally.add(finding)
            if as_json:
                typer.echo(json.dumps(_fields(finding)))
            elif tally.found.total() <= _LISTED:
                listed.add_row(*_cells(finding.difference), "repaired" if finding.repaired else "")
    if as_json:
        typer.echo(json.dumps(_summary(check, tally)))
    else:
        _show(check, tally, listed)
    return tally.left


def _show(check: DriftCheck, tally: _Tally, listed: Table) -> None:
    if tally.found:
        kinds = Table("drift", "found", "repaired", "meaning", box=None)
        for kind, count in tally.found.most_common():
            kinds.add_row(kind, f"{count:,}", f"{tally.repaired[kind]:,}", _MEANING[kind])
        out.print(listed)
        if tally.found.total() > _LISTED:
            out.print(f"… and {tally.found.total() - _LISTED:,} more (--json tells all)")
        out.print(kinds)
    out.print(
        f"{check.images:,} images and {check.documents:,} documents: {tally.found.total():,} differ, "
        f"{tally.repaired.total():,} repaired, {tally.left:,} left."
    )


def _fields(finding: Finding) -> dict[str, object]:
    told = finding.difference
    return {
        "id": told.id,
        "drift": told.drift,
        "catalog_version": told.catalog_version,
        "index_version": told.index_version,
        "fields": told.fields,
        "repaired": finding.repaired,
    }


def _summary(check: DriftCheck, tally: _Tally) -> dict[str, object]:
    return {
        "images": check.images,
        "documents": check.documents,
        "found": tally.found,
        "repaired": tally.repaired,
        "left": tally.left,
    }


def _cells(told: Difference) -> tuple[str, ...]:
    versions = (
        "-" if version is None else str(version) for version in (told.catalog_version, told.index_version)
    )
    return escape(told.id), told.drift, *versions, ", ".join(told.fields)
