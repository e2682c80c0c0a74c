"""``lumenstock``: the command line. Exit codes are those of :class:`cli.failure.Exit`."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from cli import account, browse, models, ops
from cli.console import complain
from cli.failure import explain
from cli.local import app as local
from cli.marks import detect_mark
from cli.migrate import migrate
from cli.pictures import CaptionsError
from cli.upload import upload
from lumenstock.kernel.errors import LumenstockError

_EPILOG = """
Exit codes: 0 done · 1 some pictures failed · 2 wrong usage · 3 not signed in · 4 the service did not answer
or failed · 5 refused · 6 some pictures still process · 7 the state file cannot be used · 8 a model failed its
evaluation · 130 stopped by a Ctrl-C
"""


class _Commands(TyperGroup):
    """Turns errors that we raise on purpose into exit code and advice; any other is a bug and stays loud."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - typer's own click may be one of two classes
        try:
            return super().invoke(ctx)
        except (LumenstockError, CaptionsError) as error:
            exit_code, lines = explain(error)
            complain(lines)
            raise typer.Exit(exit_code) from error


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    epilog=_EPILOG,
    help="An open image marketplace: send pictures, find pictures, run the whole on this machine.",
    pretty_exceptions_show_locals=False,
)
for command in (
    account.register,
    account.confirm,
    account.login,
    account.logout,
    account.whoami,
    upload,
    migrate,
    browse.status,
    browse.search,
    browse.similar,
    detect_mark,
):
    app.command()(command)
app.add_typer(local, name="local")
app.add_typer(models.app, name="models")
app.add_typer(ops.app, name="ops")
