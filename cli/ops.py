"""``lumenstock ops``: what an operator does with AWS credentials, past the public API."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cli import backfill, decisions, drift, redrive, reindex, rollout, snapshots
from cli.console import out
from cli.stage import act_for, deployed_environment, local_environment, telling_faults
from localcloud.home import Home
from lumenstock.accounts.roles import Role

app = typer.Typer(
    no_args_is_help=True, help="Operate a stage: the local cloud, or the one that --outputs names."
)

_Outputs = Annotated[
    Path | None,
    typer.Option(
        envvar="LUMENSTOCK_OUTPUTS",
        exists=True,
        dir_okay=False,
        help="File of `cdk deploy --outputs-file`; without it the local cloud is meant.",
    ),
]


@app.callback()
def choose_stage(*, outputs: _Outputs = None) -> None:
    """Operate a stage: the local cloud, or the one that --outputs names."""
    act_for(
        deployed_environment(outputs) if outputs else local_environment(Home.from_environment(os.environ))
    )


@app.command("grant-admin")
def grant_admin(email: Annotated[str, typer.Argument(help="E-mail address of the account.")]) -> None:
    """Make an account an administrator. It counts from the account's next token on."""
    from lumenstock import bootstrap

    with telling_faults():
        bootstrap.identity().grant(email, Role.ADMIN)
    out.print(f"{escape(email)} is an administrator from the next sign-in on.")


for command in (decisions.takedown, decisions.restore, decisions.history, decisions.purge):
    app.command()(command)
app.command()(redrive.redrive)
app.command()(reindex.reindex)
app.command("search-check")(drift.search_check)
app.add_typer(backfill.app, name="backfill")
app.add_typer(rollout.app, name="rollout")
app.add_typer(snapshots.app, name="snapshot")
