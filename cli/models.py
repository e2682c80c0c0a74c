"""``lumenstock models``: fetches, exports, evaluates and lists what pictures and queries are embedded by."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.console import err, out
from cli.failure import Exit
from cli.options import AsJson
from localcloud.home import REPOSITORY
from lumenstock.kernel.errors import ConfigurationError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SHIPPED = REPOSITORY / "layers" / "model_demo" / "models" / "demo"
_TOLD_EVERY = 64_000_000

app = typer.Typer(
    no_args_is_help=True, help="The models that embed pictures and queries; see docs/models.md."
)

Name = Annotated[str, typer.Argument(metavar="MODEL", help="Such as clip-vit-l-14; `list` shows all.")]
Folder = Annotated[
    Path,
    typer.Option(
        "--folder", envvar="LUMENSTOCK_MODELS", file_okay=False, help="Where fetched and exported models are."
    ),
]
FOLDER = REPOSITORY / ".cache" / "models"
_LockFile = Annotated[
    Path, typer.Option("--lock", dir_okay=False, help="What fetched files must be; made by the first fetch.")
]
_LOCK = REPOSITORY / "models.lock"


@app.command()
def fetch(
    name: Name,
    *,
    hub: Annotated[str, typer.Option(envvar="HF_ENDPOINT", help="Address of the hub or of a mirror.")] = "",
    folder: Folder = FOLDER,
    lock: _LockFile = _LOCK,
) -> None:
    """Fetch a model's public checkpoint (1.7 GB) at its pinned revision.

    The first fetch writes what came into the lock file; from then on nothing else is accepted.
    """
    from encoders.catalogue import recipe
    from encoders.hub import HUB
    from encoders.hub import fetch as bring
    from encoders.lock import Lock

    wanted, told = recipe(name), dict[str, int]()

    def tell(file: str, have: int, whole: int | None) -> None:
        if have - told.get(file, 0) >= _TOLD_EVERY or have == whole:
            told[file] = have
            err.print(f"[dim]{file}: {have / 1e6:,.1f} MB{f' of {whole / 1e6:,.1f}' if whole else ''}[/]")

    target = checkpoint_folder(folder, name)
    first = bring(wanted, target, Lock(lock), hub=hub or HUB, sleep=time.sleep, on_bytes=tell)
    err.print(f"{escape(wanted.source)} is in {escape(str(target))}.")
    if first:
        err.print(f"{escape(str(lock))} holds what came. Commit it: it is what everybody else will accept.")


@app.command()
def export(
    name: Name,
    *,
    vocabulary: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Words the model may say, in TOML.")
    ] = None,
    folder: Folder = FOLDER,
    lock: _LockFile = _LOCK,
) -> None:
    """Make the two graphs, the heads and the manifest from what was fetched. Takes 8 GB of memory."""
    with telling_what_is_missing():
        from encoders.catalogue import recipe
        from encoders.export import export as make
        from encoders.lock import Lock
        from encoders.vocabulary import VOCABULARY, read_vocabulary

    wanted, source = recipe(name), checkpoint_folder(folder, name)
    words = read_vocabulary(vocabulary or VOCABULARY)
    Lock(lock).check(wanted, source)
    make(wanted, source, model_folder(folder, name), words, lambda step: err.print(f"[dim]{escape(step)}[/]"))
    out.print(escape(str(model_folder(folder, name))))


@app.command()
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
    evaluation = measure(model, _pixels(pictures), asked, overlap)
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


@app.command("list")
def list_(*, as_json: AsJson = False, folder: Folder = FOLDER) -> None:
    """Show which models there are, how far each is, and what it can tell."""
    rows = [_row("demo", _SHIPPED, "shipped", ""), *_recipes(folder)]
    if as_json:
        for row in rows:
            print(json.dumps(row))
        return
    table = Table("model", "state", "queries by", "can tell", "from", box=None)
    for row in rows:
        table.add_row(*(escape(str(value)) for value in row.values()))
    out.print(table)


def checkpoint_folder(folder: Path, name: str) -> Path:
    """Where a fetched checkpoint lies."""
    return folder / name / "checkpoint"


def model_folder(folder: Path, name: str) -> Path:
    """Where an exported model lies."""
    return folder / name / "model"


@contextmanager
def telling_what_is_missing() -> Iterator[None]:
    """Let libraries that only this command needs be told by the name of their group.

    Raises:
        ConfigurationError: One of them is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        message = f"{error.name} is missing: install the dependency group `models`, or run `make setup`."
        raise ConfigurationError(message) from error


def _queries(file: Path | None) -> list[str]:
    if file is None:
        from encoders.vocabulary import read_vocabulary

        return list(read_vocabulary().tags)
    return [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def _pixels(folder: Path) -> Iterator[NDArray[np.uint8]]:
    """What can be decoded below ``folder``, in the order of the names."""
    from lumenstock.imaging.errors import DamagedPictureError
    from lumenstock.imaging.pixels import read_pixels

    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        try:
            yield read_pixels(file.read_bytes())
        except DamagedPictureError:
            err.print(f"[dim]{escape(str(file))} is passed over: it does not decode[/]")


def _recipes(folder: Path) -> Iterator[dict[str, str]]:
    with telling_what_is_missing():
        from encoders.catalogue import RECIPES
    for recipe in RECIPES.values():
        if (model_folder(folder, recipe.name) / "manifest.json").exists():
            yield _row(recipe.name, model_folder(folder, recipe.name), "exported", recipe.source)
        else:
            fetched = all((checkpoint_folder(folder, recipe.name) / file).exists() for file in recipe.files)
            state = "fetched" if fetched else "not fetched"
            name = f"{recipe.name}@{recipe.version}"
            yield {"model": name, "state": state, "queries": "", "knows": "", "source": recipe.source}


def _row(name: str, folder: Path, state: str, source: str) -> dict[str, str]:
    with telling_what_is_missing():
        from lumenstock.adapters.onnx.folder import ModelFolder
    found = ModelFolder(folder)
    return {
        "model": found.manifest.id,
        "state": state,
        "queries": found.queries,
        "knows": ", ".join(sorted(found.manifest.knows)),
        "source": source or f"trained here ({name})",
    }
