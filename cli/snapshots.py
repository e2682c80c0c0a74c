"""``lumenstock ops snapshot``: snapshots of an OpenSearch index, by the engine's own means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.console import err, out
from cli.drift import check_of, tell
from cli.stage import telling_faults
from lumenstock.kernel.errors import BadRequestError

if TYPE_CHECKING:
    from lumenstock.adapters.opensearch.index import OpenSearchIndex

# Where AWS puts the snapshots that it takes of an encrypted domain by itself.
_AUTOMATED = "cs-automated-enc"

app = typer.Typer(no_args_is_help=True, help="Take, list and restore snapshots of an OpenSearch index.")

_Name = Annotated[str, typer.Argument(metavar="NAME", help="Of the snapshot.")]
_Repository = Annotated[str, typer.Option("--repository", help="Where snapshots lie.")]


@app.command()
def register(
    repository: Annotated[str, typer.Argument(help="A name for it.")],
    *,
    bucket: Annotated[str, typer.Option(help="S3 bucket.")] = "",
    role: Annotated[str, typer.Option(help="ARN of the role by which the domain writes there.")] = "",
    folder: Annotated[str, typer.Option(help="Of an OpenSearch of one's own: a folder on its disks.")] = "",
) -> None:
    """Let the engine know of a bucket, or of a folder of its own, that snapshots go to."""
    if bool(folder) == bool(bucket and role):
        raise BadRequestError("Give either --bucket and --role, or --folder.")
    settings = {"location": folder} if folder else {"bucket": bucket, "role_arn": role}
    with telling_faults():
        _index().snapshots(repository).register("fs" if folder else "s3", settings)
    out.print(f"Snapshots can be taken into {escape(repository)}.")


@app.command()
def take(name: _Name, *, repository: _Repository) -> None:
    """Take a snapshot of the index that answers, and wait for its end."""
    with telling_faults():
        taken = _index().snapshots(repository).take(name)
    out.print(f"{escape(taken.name)} holds {', '.join(taken.indices)}.")


@app.command("list")
def list_all(*, repository: _Repository = _AUTOMATED) -> None:
    """List the snapshots of the index; without --repository those that AWS takes every hour."""
    with telling_faults():
        kept = _index().snapshots(repository).all()
    table = Table("snapshot", "begun", "state", "indices", box=None)
    for one in kept:
        table.add_row(escape(one.name), one.begun_at, one.state, ", ".join(one.indices))
    out.print(table)


@app.command()
def restore(name: _Name, *, repository: _Repository = _AUTOMATED) -> None:
    """Bring a snapshot back, mend it from the catalogue, and let it answer; searches go on meanwhile.

    It is put in place only when nothing differs from the catalogue any more.
    """
    with telling_faults():
        index = _index()
        restored = index.snapshots(repository).restore(name)
        err.print(f"[dim]{restored} is back; it is compared with the catalogue[/]")
        left = tell(check_of(index.half_built(), repair=True, settle_s=0), as_json=False)
        if left:
            index.give_up_refill()
            raise typer.Exit(1)
        index.put_in_place(restored)
    out.print(f"{restored} answers.")


def _index() -> OpenSearchIndex:
    """The index that answers, of whichever model."""
    from lumenstock import bootstrap
    from lumenstock.adapters.opensearch.index import OpenSearchIndex
    from lumenstock.search.rollout import Place

    rollout = bootstrap.pointer().known()
    index = bootstrap.index_in(rollout.serving.place if rollout else Place.FIRST)
    if not isinstance(index, OpenSearchIndex):
        raise BadRequestError("Only an OpenSearch has snapshots; `ops reindex` makes any index anew.")
    return index
