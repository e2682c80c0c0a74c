"""The main job on one machine: pictures go in through the public API and are found. ``make demo``.

Environment variables: see :class:`tools.demo.wishes.Wishes`.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

from rich.console import Console

from cli.client import Client
from cli.console import complain
from cli.failure import Exit, explain
from cli.ledger import Ledger
from cli.outcome import Outcome, Result
from cli.pictures import CaptionsError, Picture, Words, gather
from cli.progress import UploadProgress, line_of
from cli.responses import Hit
from cli.retry import SENDING
from cli.storage import Storage
from cli.transfer import Transfer
from cli.transport import Transport
from localcloud import cloud
from localcloud.home import Home
from localcloud.steps import Steps
from lumenstock.kernel.errors import ConfigurationError, LumenstockError
from tools.demo import contributor, moderator, report, searchable, searches, sheet
from tools.demo.paint import Painted, painted
from tools.demo.wishes import Wishes
from tools.maven import NotAvailableError
from tools.opensearch import server as opensearch

_SHOWN = 10
_SEARCHABLE_WITHIN_S = 60
_UPLOAD = "upload and process"


class Demo:
    """One run."""

    def __init__(self, wishes: Wishes, home: Home) -> None:
        """Do as ``wishes`` say in the local cloud of ``home``."""
        self._wishes = wishes
        self._home = home
        self._folder = home.folder / "demo"
        # Where there is no terminal the lines are as wide as they need to be.
        self._console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
        self._stages = report.Stages(self._console)
        self._photos = gather([wishes.photos], Words(allow_near_duplicate=True)) if wishes.photos else []
        self._painted: list[Painted] = []

    def run(self) -> Exit:
        """Bring the cloud up, upload, search.

        Raises:
            LumenstockError: The cloud does not start or does not answer.
        """
        say = self._console.print
        with self._stages.stage("local cloud"):
            cloud.up(self._home, Steps(sys.stdout))
        with Client(Transport(self._home.front_url, SENDING)) as client:
            person = contributor.Contributor.of(self._wishes.seed)
            with self._stages.stage("contributor", f"{person.name} <{person.email}>"):
                contributor_id = contributor.sign_in(client, person, self._home)
            with self._stages.stage(_UPLOAD, f"{self._total} pictures, DEMO_SEED={self._wishes.seed}"):
                results = self._reviewed(self._upload(client))
            with self._stages.stage("wait until each is found"):
                verdict = searchable.verify(
                    client, contributor_id, results, set(self._photos), _SEARCHABLE_WITHIN_S
                )
            with self._stages.stage("searches and contact sheets"):
                self._search(client, verdict.by_title)
        say(self._stages.table())
        if verdict.missing:
            for result in verdict.missing:
                say(line_of(result))
            say(f"[bold red]✗ {len(verdict.missing)} of {len(results)} pictures cannot be found.[/]")
            return Exit.SOME_FAILED
        rate = len(results) / self._stages.seconds(_UPLOAD) * 60
        say(f"[bold green]✓[/] All {len(results)} pictures can be found ({rate:.0f} a minute went in).")
        return Exit.DONE

    @property
    def _total(self) -> int:
        return self._wishes.count + len(self._photos)

    def _upload(self, client: Client) -> list[Result]:
        shutil.rmtree(self._folder, ignore_errors=True)
        with (
            Storage() as storage,
            Ledger(None, "demo") as ledger,
            UploadProgress(self._console, self._total, lines=False) as progress,
        ):
            results = list(Transfer(client, storage, ledger, progress).results(self._pictures()))
        counts = {outcome: sum(result.outcome is outcome for result in results) for outcome in Outcome}
        shown = (f"{count} {outcome.replace('_', ' ')}" for outcome, count in counts.items() if count)
        self._console.print(f"  {', '.join(shown)}")
        return results

    def _reviewed(self, results: list[Result]) -> list[Result]:
        count = sum(map(moderator.looks_like_another, results))
        if not count:
            return results
        self._console.print(f"  {count} of an earlier run's likeness, approved as a moderator would")
        return moderator.approve_look_alikes(self._home, results)

    def _pictures(self) -> Iterator[Picture]:
        started_s = time.monotonic()
        for made in painted(self._wishes.seed, self._wishes.count, self._folder / "pictures"):
            self._painted.append(made)
            yield made.picture
        self._stages.note("  until all are painted and sent", time.monotonic() - started_s)
        yield from self._photos

    def _search(self, client: Client, by_title: list[Hit]) -> None:
        found = [
            searches.run(client, wanted, _SHOWN)
            for wanted in searches.searches(self._painted, self._wishes.seed)
        ]
        if found[0].hits:
            found.append(searches.run(client, searches.likeness(found[0].hits[0]), _SHOWN))
        sheets = [
            self._folder / f"{number}-{one.search.mode or 'similar'}.png"
            for number, one in enumerate(found, 1)
        ]
        for one, path in zip(found, sheets, strict=True):
            sheet.save(one.heading, one.hits, path, self._home.front_url, marked=one.search.meant)
        if by_title:
            path = self._folder / "by-title.png"
            sheet.save("each found by the words of its title", by_title, path, self._home.front_url)
        self._console.print(report.finds(found, sheets))
        self._console.print(f"  contact sheets are in {self._folder}", soft_wrap=True)


def main() -> int:
    """Run the demo; the exit code is one of the command line's."""
    try:
        wishes = Wishes.of(os.environ)
        home = _home(wishes)
    except LumenstockError as error:
        return _failed(error)
    try:
        ended = Demo(wishes, home).run()
    except (LumenstockError, CaptionsError) as error:
        ended = _failed(error)
    if wishes.stop_at_end:
        cloud.down(home, Steps(sys.stdout))
    else:
        print(f"The site stays up: {home.front_url}/gallery/ (`lumenstock local down` stops it)")
    return ended


def _home(wishes: Wishes) -> Home:
    """The local cloud of the environment; if wished for, an OpenSearch that stays answers its searches.

    Raises:
        ConfigurationError: This machine lacks what OpenSearch needs.
    """
    home = Home.from_environment(os.environ)
    if not wishes.opensearch:
        return home
    try:
        server = opensearch.start()
    except NotAvailableError as missing:
        raise ConfigurationError(str(missing)) from missing
    print(f"OpenSearch at {server.address} answers (`python -m tools.opensearch stop` ends it).")
    return replace(home, opensearch_url=server.address)


def _failed(error: LumenstockError | CaptionsError) -> Exit:
    ended, lines = explain(error)
    complain(lines)
    return ended


if __name__ == "__main__":
    sys.exit(main())
