"""``lumenstock ops takedown | restore | history | purge``: an operator's decisions, past the public API."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer
from rich.markup import escape

from cli.console import out
from cli.stage import telling_faults
from lumenstock.catalog.decision import Actor, as_json
from lumenstock.catalog.reasons import MODERATION
from lumenstock.ingest.moderation import Verdict, known_codes
from lumenstock.kernel.errors import BadRequestError
from lumenstock.kernel.ids import ImageId

_ImageId = Annotated[str, typer.Argument(help="Id of the image.")]
_Note = Annotated[str, typer.Option(help="For other moderators; the contributor does not see it.")]


def takedown(
    image_id: _ImageId,
    *,
    reason: Annotated[
        list[str] | None, typer.Option(help=f"May be given several times. One of: {', '.join(MODERATION)}.")
    ] = None,
    message: Annotated[str, typer.Option(help="To the contributor, beside the reasons.")] = "",
    note: _Note = "",
) -> None:
    """Take an approved image down: nobody finds or sees it any more; its original stays."""
    from lumenstock import use_cases

    try:
        codes = known_codes(reason or [])
    except ValueError as unknown:
        raise BadRequestError(str(unknown)) from unknown
    if not codes and not message:
        raise BadRequestError("Give at least one --reason, or a --message.")
    with telling_faults():
        image = use_cases.moderation().take_down(ImageId(image_id), _me(), Verdict(codes, message, note))
    out.print(f"Image {escape(image_id)} is {image.status}: its public files are deleted.")


def restore(image_id: _ImageId, *, note: _Note = "") -> None:
    """Bring an image back that was taken down: it is rendered anew, and then approved."""
    from lumenstock import use_cases

    with telling_faults():
        image = use_cases.moderation().restore(ImageId(image_id), _me(), note)
    out.print(f"Image {escape(image_id)} is {image.status}; it is public again once it is rendered.")


def history(image_id: _ImageId) -> None:
    """Show all that people decided about an image, newest first, a JSON line each."""
    from lumenstock import bootstrap

    with telling_faults():
        decisions = bootstrap.decisions().history(ImageId(image_id))
    for decision in decisions:
        out.print_json(data=as_json(decision), indent=None)


def purge() -> None:
    """Delete now what decisions left to be deleted; otherwise that happens every few minutes."""
    from lumenstock import bootstrap, use_cases

    with telling_faults():
        run = use_cases.purger().run(bootstrap.clock().now())
    out.print(f"{run.purged} purges carried out, {run.finished} of them finished for good.")
    if run.faults:
        raise typer.Exit(1)


def _me() -> Actor:
    return Actor(getpass.getuser(), "operator")
