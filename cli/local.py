"""``lumenstock local``: the whole marketplace on this machine."""

from __future__ import annotations

import os
import sys
import webbrowser
import zlib
from datetime import UTC, datetime
from textwrap import indent
from typing import Annotated

import typer
from rich.text import Text

from cli.console import err, out
from localcloud import cloud, coverage, engine
from localcloud.clients import Operator
from localcloud.home import Home
from localcloud.logs import Line, follow, once
from localcloud.steps import Steps
from lumenstock.kernel.errors import UnavailableError

# Readable on dark and on light ground; a function keeps its colour from run to run.
_COLOURS = ("cyan", "green", "yellow", "magenta", "blue", "bright_red", "bright_cyan", "bright_magenta")
_SEVERE = frozenset({"ERROR", "CRITICAL"})

app = typer.Typer(no_args_is_help=True, help="The whole marketplace on this machine, on 127.0.0.1 only.")


def _home() -> Home:
    return Home.from_environment(os.environ)


@app.command()
def up() -> None:
    """Start it, and deploy into it what changed."""
    home = _home()
    cloud.up(home, Steps(sys.stderr))
    out.print(f"[bold]{home.front_url}[/]  (what a green run here does not prove is listed there)")


@app.command()
def down() -> None:
    """Stop it; what is stored stays."""
    cloud.down(_home(), Steps(sys.stderr))


@app.command()
def reset() -> None:
    """Stop it and forget pictures, accounts, deployment and search index."""
    cloud.reset(_home(), Steps(sys.stderr))


@app.command()
def status() -> None:
    """What runs, and whether it is what the sources say. Exit code 4 when it does not run."""
    home = _home()
    state = cloud.status(home)
    running = state.answers and state.front_pid is not None
    deployed = "current" if state.current else "not what the sources say" if state.deployed else "nothing"
    rows = {
        "address": home.front_url if running else "down",
        "engine": f"{home.engine_url} (process {state.engine_pid})" if state.engine_pid else "down",
        "front": f"process {state.front_pid}" if state.front_pid else "down",
        "deployed": deployed,
        "state": str(home.folder),
    }
    for name, value in rows.items():
        out.print(f"{name:<10}{value}", soft_wrap=True)
    if not running:
        raise UnavailableError("the local cloud does not run; `lumenstock local up` starts it")


@app.command()
def logs(
    *,
    follow_on: Annotated[bool, typer.Option("--follow", "-f", help="Go on as lines come.")] = False,
    minutes: Annotated[int, typer.Option(min=1, help="How far back to begin.")] = 15,
) -> None:
    """The logs of all functions in one stream, a colour each."""
    home = _home()
    source = (Operator.of(home).logs, engine.daemon(home).log_file, minutes)
    lines = follow(*source) if follow_on else once(*source)
    try:
        for line in lines:
            out.print(_coloured(line), soft_wrap=True)
    except KeyboardInterrupt:
        err.print("[dim]stopped following[/]")


@app.command("open")
def open_() -> None:
    """Open its address in the browser."""
    webbrowser.open(_home().front_url)


@app.command("coverage")
def coverage_() -> None:
    """What the local engine does with each property of the templates."""
    for name, row in coverage.table().items():
        out.print(f"[bold]{name}[/]")
        out.print(f"  engine    {', '.join(sorted(row.engine))}", soft_wrap=True)
        for title, reasons in (("applied", row.applied), ("ignored", row.ignored)):
            for property_, reason in reasons.items():
                out.print(f"  {title:<9} {property_}: {reason}", soft_wrap=True)


def _coloured(line: Line) -> Text:
    """Time, function in its colour, level and text; dimmed, what else the line holds and a stack."""
    at = datetime.fromtimestamp(line.at_ms / 1000, UTC).astimezone()
    colour = _COLOURS[zlib.crc32(line.function.encode()) % len(_COLOURS)]
    fields = "  ".join(f"{name}={value}" for name, value in line.fields.items())
    return Text.assemble(
        (f"{at:%H:%M:%S}.{at.microsecond // 1000:03d} ", "dim"),
        (f"{line.function:<16} ", colour),
        (f"{line.level:<8}" if line.level else "", "bold red" if line.level in _SEVERE else ""),
        (line.text, "red" if line.level in _SEVERE else ""),
        (f"  {fields}" if fields else "", "dim"),
        (f"\n{indent(line.trace, ' ' * 4)}" if line.trace else "", "dim"),
    )
