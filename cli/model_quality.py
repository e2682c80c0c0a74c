"""``lumenstock models evaluate`` and ``fit``: what a model is worth on pictures of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.console import err, out
from cli.failure import Exit
from cli.model_folders import FOLDER, Folder, Name, model_folder, telling_what_is_missing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def evaluate(
    name: Name,
    pictures: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="Folder of photos such as buyers look for.")
    ],
    *,
    queries: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="Queries, one a line; without it the vocabulary's terms."
        ),
    ] = None,
    least_overlap: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="What overlap@10 of int8 with fp32 must be; without it 0.93."),
    ] = None,
    apply: Annotated[
        bool,
        typer.Option("--apply", help="Write into the manifest which text graph serves: int8 if all passed."),
    ] = False,
    folder: Folder = FOLDER,
) -> None:
    """Measure an exported model, show the table, and exit with 8 if a gate did not pass."""
    with telling_what_is_missing():
        from encoders.evaluation import LEAST_OVERLAP, let_serve
        from encoders.evaluation import evaluate as measure
    model = model_folder(folder, name)
    asked = _queries(queries)
    overlap = LEAST_OVERLAP if least_overlap is None else least_overlap
    evaluation = measure(model, _pixels(sorted(pictures.rglob("*"))), asked, overlap)
    out.print(f"{evaluation.model}: {evaluation.pictures:,} pictures, {evaluation.queries:,} queries")
    table = Table("gate", "value", "least", "", box=None)
    for gate in evaluation.gates:
        mark = "[green]✓[/]" if gate.passed else "[bold red]✗[/]"
        table.add_row(gate.name, f"{gate.value:.5f}", f"{gate.least:g}", mark)
    out.print(table)
    for graph, p50_ms in evaluation.p50_ms.items():
        out.print(f"{graph}: p50 {p50_ms:.1f} ms a query on one thread")
    if evaluation.cosine:
        out.print("cosine of int8 and fp32: least {:.5f}, mean {:.5f}".format(*evaluation.cosine))
    if apply:
        out.print(f"Queries are served by {let_serve(model, evaluation)}.")
    if not evaluation.passed:
        raise typer.Exit(Exit.NOT_PASSED)


def fit(
    name: Name,
    labels: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, help="CSV: file, and nsfw (0 or 1) or people (a number), or both."
        ),
    ],
    *,
    folder: Folder = FOLDER,
) -> None:
    """Teach an exported model to score NSFW and to count people; exit with 8 if it cannot be taught by these.

    A head is kept only if it is right about pictures that it was not taught with.
    """
    with telling_what_is_missing():
        from encoders.fitting import add_head, learn, read_labels
    model = model_folder(folder, name)
    heads = learn(model, read_labels(labels), lambda path: next(_pixels([path]), None))
    table = Table("head", "pictures", "measure", "value", "least", "", box=None)
    for head in heads:
        figures = f"{head.pictures:,}", head.measure, f"{head.value:.3f}", f"{head.least:g}"
        table.add_row(head.head, *figures, "[green]✓[/]" if head.passed else "[bold red]✗[/]")
        if head.passed:
            add_head(model, head)
    out.print(table)
    if not heads or not all(head.passed for head in heads):
        raise typer.Exit(Exit.NOT_PASSED)


def _queries(file: Path | None) -> list[str]:
    if file is None:
        from encoders.vocabulary import read_vocabulary

        return list(read_vocabulary().tags)
    return [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def _pixels(files: Iterable[Path]) -> Iterator[NDArray[np.uint8]]:
    """What of ``files`` can be read and decoded, in their order."""
    from lumenstock.imaging.errors import DamagedPictureError
    from lumenstock.imaging.pixels import read_pixels

    for file in files:
        if file.is_dir():
            continue
        try:
            yield read_pixels(file.read_bytes())
        except (DamagedPictureError, OSError):
            err.print(f"[dim]{escape(str(file))} is passed over: it cannot be read as a picture[/]")
