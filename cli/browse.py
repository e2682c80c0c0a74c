"""``lumenstock status``, ``search``, ``similar``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.console import err, out
from cli.options import DEFAULT_API, Api, AsJson, public_client, signed_in_client
from cli.responses import Finds, Page
from lumenstock.catalog.states import Status

# Below so many columns price and contributor stay out, and titles have more of the room.
_WIDE = 100


# What becomes of a picture for whose reasons no other file is needed.
_CURES = {
    Status.PENDING_REVIEW: "waits for a moderator",
    Status.PROCESSING_FAILED: "can be tried again",
}


class Mode(StrEnum):
    """How pictures are matched: by words, by meaning, by both."""

    HYBRID = "hybrid"
    KEYWORD = "keyword"
    SEMANTIC = "semantic"


class Shape(StrEnum):
    """Orientation of a picture."""

    LANDSCAPE = "landscape"
    PORTRAIT = "portrait"
    SQUARE = "square"


ImageIdArgument = Annotated[str, typer.Argument(metavar="ID", help="Id of a picture.")]
PageSize = Annotated[int, typer.Option(min=1, max=100, help="Pictures a page.")]


def status(image_id: ImageIdArgument, *, as_json: AsJson = False, api: Api = DEFAULT_API) -> None:
    """Show where one of your pictures stands, with all reasons if it was refused."""
    with signed_in_client(api) as client:
        answer, _ = client.status(image_id)
    if answer is None:
        raise AssertionError("an unconditional read is never 304")
    if as_json:
        typer.echo(answer.model_dump_json(by_alias=True))
        return
    out.print(f"{escape(answer.image_id)}  [bold]{answer.status.replace('_', ' ')}[/]")
    for reason in answer.reasons:
        cure = "needs a new upload" if reason.needs_new_upload else _CURES.get(answer.status, "can be mended")
        out.print(f"  {escape(reason.text)} [dim]({reason.code}; {cure})[/]")


def search(
    words: Annotated[
        list[str] | None, typer.Argument(help="What to look for; nothing lists by filters.")
    ] = None,
    *,
    mode: Annotated[Mode, typer.Option(help="By words, by meaning, or both.")] = Mode.HYBRID,
    category: Annotated[str, typer.Option(help="Only this category.")] = "",
    orientation: Annotated[Shape | None, typer.Option(help="Only this shape.")] = None,
    color: Annotated[str, typer.Option(help="Only pictures with this colour, such as FFA500.")] = "",
    page: Annotated[int, typer.Option(min=1, help="Page.")] = 1,
    page_size: PageSize = 20,
    as_json: AsJson = False,
    api: Api = DEFAULT_API,
) -> None:
    """Find pictures."""
    wanted = {
        "q": " ".join(words or ()),
        "category": category,
        "orientation": orientation.value if orientation else "",
        "color": color,
    }
    params: dict[str, str | int] = {name: value for name, value in wanted.items() if value}
    with public_client(api) as client:
        found = client.search(params | {"mode": mode.value, "page": page, "page_size": page_size})
    _show(found, as_json=as_json)
    # Beside the results, so that JSON lines stay one picture each.
    for note in found.understood:
        said = f"Understood “{note.words}” as {note.topic.replace('_', ' ')}: {note.value}."
        err.print(said, markup=False, soft_wrap=True)
    if found.did_you_mean:
        err.print(f"Did you mean “{found.did_you_mean}”?", markup=False, soft_wrap=True)


def similar(
    image_id: ImageIdArgument, *, page_size: PageSize = 20, as_json: AsJson = False, api: Api = DEFAULT_API
) -> None:
    """Find pictures that look like one."""
    with public_client(api) as client:
        found = client.similar(image_id, page_size=page_size)
    _show(found, as_json=as_json)


def _show(found: Finds, *, as_json: bool) -> None:
    if as_json:
        for hit in found.results:
            typer.echo(hit.model_dump_json())
    elif found.results:
        out.print(_table(found, is_wide=out.width >= _WIDE), soft_wrap=False)
    else:
        out.print("Nothing found. Fewer words or filters find more.")


def _table(found: Finds, *, is_wide: bool) -> Table:
    table = Table(box=None, header_style="dim", caption=_caption(found), caption_justify="left")
    table.add_column("id", no_wrap=True)
    table.add_column("title")
    table.add_column("size", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    if is_wide:
        table.add_column("price", justify="right", no_wrap=True)
        table.add_column("by")
    for hit in found.results:
        price = hit.price.get("standard")
        score = "" if hit.score is None else f"{hit.score:.4f}"
        more = ("" if price is None else f"{price / 100:.2f}", escape(hit.contributor)) if is_wide else ()
        table.add_row(hit.id, escape(hit.title), hit.dimensions, score, *more)
    return table


def _caption(found: Finds) -> str:
    if not isinstance(found, Page):
        return "the most alike first"
    total = f"{'at least ' if found.total_relation == 'gte' else ''}{found.total:,}"
    by_words = "; the words could not be understood, so they were only matched" if found.degraded else ""
    return f"page {found.page} of {total} {'picture' if found.total == 1 else 'pictures'}{by_words}"
