"""``lumenstock``: the command line. Exit codes are those of :class:`cli.failure.Exit`."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from cli import account, browse
from cli.console import complain
from cli.failure import explain
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


# Groups of commands, by the module that has them as `app`. They speak AWS, and loading that takes as long as
# all else; who sends or finds pictures needs none of it.
_GROUPS = {"local": "cli.local", "models": "cli.models", "ops": "cli.ops"}


class _Commands(TyperGroup):
    """Turns errors that we raise on purpose into exit code and advice; any other is a bug and stays loud.

    Groups are loaded when they are asked for.
    """

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - typer's own click may be one of two classes
        return [*super().list_commands(ctx), *_GROUPS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401
        if cmd_name not in self.commands:
            self._load([cmd_name] if cmd_name in _GROUPS else _GROUPS)
        return super().get_command(ctx, cmd_name)

    def _load(self, names: Iterable[str]) -> None:
        """All of them for an unknown name: one may be what was meant."""
        for name in names:
            group = get_command(import_module(_GROUPS[name]).app)
            group.name = name
            self.add_command(group)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
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
