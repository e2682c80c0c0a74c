"""``lumenstock models``: fetches, exports, evaluates and lists what pictures and queries are embedded by."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli import model_quality
from cli.console import err, out
from cli.model_folders import FOLDER, Folder, Name, checkpoint_folder, model_folder, telling_what_is_missing
from cli.options import AsJson
from localcloud.home import REPOSITORY

_SHIPPED = REPOSITORY / "layers" / "model_demo" / "models" / "demo"
_TOLD_EVERY = 64_000_000

app = typer.Typer(
    no_args_is_help=True, help="The models that embed pictures and queries; see docs/models.md."
)

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


app.command()(model_quality.evaluate)
app.command()(model_quality.fit)


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
