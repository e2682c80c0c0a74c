"""``lumenstock ops reindex``: builds the search index anew from the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import TextColumn

from cli.console import bar_of_share, err, out
from cli.stage import telling_faults

if TYPE_CHECKING:
    from lumenstock.ingest.reindex import Reached


def reindex(
    *,
    anew: Annotated[bool, typer.Option("--anew", help="Begin anew, whatever an earlier run left.")] = False,
    give_up: Annotated[
        bool, typer.Option("--give-up", help="Only drop what an earlier run left half-built.")
    ] = False,
) -> None:
    """Rebuild the search index from the catalogue; searches and uploads go on meanwhile.

    A run that was cut short, killed even, is gone on with by the next one.
    """
    from lumenstock import bootstrap
    from lumenstock.ingest import reindex as rebuilding

    with telling_faults():
        index = bootstrap.search_index()
        if anew or give_up:
            left = index.give_up_refill()
            err.print("What was half-built is dropped." if left else "Nothing was half-built.")
        if give_up:
            return
        with showing_share() as show:
            count = rebuilding.reindex(bootstrap.catalog(), index, show, bootstrap.serving_model())
    out.print(f"The index is rebuilt from {count:,} images.")


@contextmanager
def showing_share() -> Iterator[Callable[[Reached], None]]:
    """What shows how much of the catalogue is read: a bar on a terminal, else a line for each tenth."""
    with bar_of_share(TextColumn("{task.fields[images]:,} images")) as progress:
        task = progress.add_task("catalogue", total=1.0, images=0)

        def show(reached: Reached) -> None:
            before = progress.tasks[0].completed
            if reached.resumed and not before:
                err.print(f"[dim]goes on at {reached.share:.0%}[/]")
            if not err.is_terminal and int(reached.share * 10) > int(before * 10):
                err.print(f"[dim]{reached.share:.0%}, {reached.images:,} images read[/]")
            progress.update(task, completed=reached.share, images=reached.images)

        yield show
