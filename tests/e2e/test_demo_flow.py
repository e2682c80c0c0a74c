"""The main job as people do it: the command line sends pictures, the gallery shows them, the demo does both."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from localcloud.home import REPOSITORY
from tests.e2e.stage import Person, Stage
from tests.pictures import jpeg
from tests.web.browsing import chromium, serious_violations, uncomplaining_tab
from tools.demo.paint import scene_seeds
from tools.scenes import scene

_SUBJECTS = ("harbour", "orchard", "observatory")
_DEMO_PICTURES = 12
_SHEETS = ["1-keyword", "2-semantic", "3-hybrid", "4-hybrid", "5-semantic", "6-similar"]


@dataclass(frozen=True)
class Ran:
    """How a program ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


Cli = Callable[..., Ran]


def program(*arguments: str, stdin: str = "", **variables: str) -> Ran:
    """Run a module of this repository."""
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=REPOSITORY,
        env=os.environ | variables,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=220,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def lumenstock(cloud: Stage, contributor: Person, tmp_path: Path) -> Cli:
    """``lumenstock …`` as a signed-in contributor."""

    def run(*arguments: str, stdin: str = "") -> Ran:
        homes = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_STATE_HOME": str(tmp_path / "state")}
        return program("cli", *arguments, stdin=stdin, LUMENSTOCK_API=cloud.url, **homes)

    signed_in = run("login", contributor.email, "--password-stdin", stdin=f"{contributor.password}\n")
    assert signed_in.code == 0, signed_in.err
    return run


@pytest.fixture
def pictures(contributor: Person, tmp_path: Path) -> Path:
    """Three pictures that nobody has, and titles that nobody gave."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    rows = ["filename,title,tags"]
    for subject in _SUBJECTS:
        (folder / f"{subject}.jpg").write_bytes(jpeg(1200, 900, seed=secrets.randbelow(2**32)))
        rows.append(f"{subject}.jpg,{subject} of {contributor.id[:8]},{subject};test")
    (folder / "captions.csv").write_text("\n".join(rows))
    return folder


@pytest.fixture
def page() -> Iterator[Page]:
    """A tab that must not complain."""
    with chromium() as browser, uncomplaining_tab(browser) as tab:
        yield tab


def test_pictures_go_in_by_the_command_line_and_are_found_by_their_words(
    lumenstock: Cli, contributor: Person, pictures: Path
) -> None:
    sent = lumenstock("upload", str(pictures), "--json")
    assert sent.code == 0, sent.err
    ids = {Path(line["file"]).stem: line["imageId"] for line in sent.lines}
    assert {line["status"] for line in sent.lines} == {"approved"}
    for subject in _SUBJECTS:
        words = f"{subject} {contributor.id[:8]}"
        found = lumenstock("search", *words.split(), "--mode", "keyword", "--json")
        assert found.lines[0]["id"] == ids[subject]
    alike = lumenstock("similar", ids["harbour"], "--json")
    assert alike.code == 0
    assert ids["harbour"] not in {line["id"] for line in alike.lines}
    again = lumenstock("upload", str(pictures), "--json")
    assert again.code == 0, again.err
    assert {line["status"] for line in again.lines} == {"already_there"}


@pytest.mark.browser
def test_the_gallery_shows_what_went_in(
    cloud: Stage, contributor: Person, lumenstock: Cli, pictures: Path, page: Page, tmp_path: Path
) -> None:
    assert lumenstock("upload", str(pictures)).code == 0
    page.goto(f"{cloud.url}/gallery/")
    page.get_by_label("Search pictures").fill(f"orchard {contributor.id[:8]}")
    page.get_by_label("Words").check()
    page.keyboard.press("Enter")
    hit = page.get_by_role("list", name="Results").get_by_role("link").first
    expect(hit).to_have_accessible_name(f"orchard of {contributor.id[:8]}")
    # The picture was there before the answer: a page that still waits for one is faded.
    expect(page.locator("#view")).to_have_attribute("aria-busy", "false")
    page.screenshot(path=tmp_path / "search.png")
    assert serious_violations(page) == []
    hit.click()
    shown = page.get_by_role("img", name=f"orchard of {contributor.id[:8]}")
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1024
    expect(page.get_by_role("list", name="Similar pictures").get_by_role("link").first).to_be_visible()
    page.screenshot(path=tmp_path / "picture.png")
    assert serious_violations(page) == []


def test_the_demo_finds_every_picture_and_so_does_its_repetition(
    cloud: Stage, lumenstock: Cli, tmp_path: Path
) -> None:
    """Though somebody else has one of its pictures, in another size."""
    home = cloud.home
    if home is None:
        pytest.skip("the demo runs in the local cloud")
    demo_seed = secrets.randbelow(2**31)  # the stage may remember the last run of the tests
    first_seed = scene_seeds(demo_seed, _DEMO_PICTURES)[0]
    scene(first_seed, 1600, 1200).picture.resize((1000, 750)).save(tmp_path / "theirs.jpg")
    assert lumenstock("upload", str(tmp_path / "theirs.jpg")).code == 0
    photos = tmp_path / "photos"
    photos.mkdir()
    scene(21, 1000, 800).picture.save(photos / "lonely-lighthouse_01.png")
    variables = {
        "LUMENSTOCK_HOME": str(home.folder),
        "LUMENSTOCK_ENGINE_PORT": str(home.engine_port),
        "LUMENSTOCK_FRONT_PORT": str(home.front_port),
        "DEMO_PICTURES": str(_DEMO_PICTURES),
        "DEMO_SEED": str(demo_seed),
        "PHOTOS": str(photos),
    }
    for alike in (True, False):
        ran = program("tools.demo", **variables)
        assert ("approved as a moderator would" in ran.out) == alike
        assert ran.code == 0, ran.out + ran.err
        assert "All 13 pictures can be found" in ran.out
        sheets = sorted(path.stem for path in (home.folder / "demo").glob("*.png"))
        assert sheets == [*_SHEETS, "by-title"]
