"""A picture that waits for looking like another is let through by who means to have both."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.cli.answers import problem
from tests.cli.marketplace import Marketplace
from tests.cli.running import Run

LIKE = {"code": "near_duplicate", "text": "It looks like your IMG0.", "needsNewUpload": False}
EDIT = ("/v1/contributor/images/IMG1", '"7"', {"allowNearDuplicate": True})


@pytest.fixture
def photo(market: Marketplace, tmp_path: Path) -> Path:
    """A file whose picture comes to wait for a moderator."""
    market.fates["near"] = [{"status": "pending_review", "version": 7, "reasons": [LIKE]}]
    (tmp_path / "folder").mkdir()
    path = tmp_path / "folder" / "near.jpg"
    path.write_bytes(b"near")
    return path


@pytest.mark.parametrize("command", ["upload", "migrate"])
def test_saying_so_later_lets_the_waiting_picture_through(
    signed_in: Run, market: Marketplace, photo: Path, command: str
) -> None:
    more = () if command == "upload" else ("--failures", str(photo.with_suffix(".csv")))
    assert signed_in(command, str(photo.parent), *more).code == 0
    ran = signed_in(command, str(photo.parent), "--allow-near-duplicates", "--json", *more)
    assert (ran.code, ran.pictures[0]["status"], ran.pictures[0]["sentBytes"]) == (0, "approved", 0)
    assert market.patches == [EDIT]
    assert signed_in(command, str(photo.parent), "--allow-near-duplicates", *more).code == 0
    assert market.patches == [EDIT], "it waits no longer"


def test_without_saying_so_it_waits_on_and_the_reason_is_told_again(
    signed_in: Run, market: Marketplace, photo: Path
) -> None:
    assert signed_in("upload", str(photo)).code == 0
    ran = signed_in("upload", str(photo))
    assert "already there" in ran.out
    assert "It looks like your IMG0." in ran.out
    assert market.patches == []


def test_saying_so_needs_no_memory_of_the_upload(signed_in: Run, market: Marketplace, photo: Path) -> None:
    assert signed_in("upload", str(photo)).code == 0
    market.living[hashlib.sha256(photo.read_bytes()).hexdigest()] = "IMG1"
    state = str(photo.with_suffix(".sqlite"))
    assert signed_in("upload", str(photo), "--allow-near-duplicates", "--state", state).code == 0
    assert market.patches == [EDIT]


def test_a_picture_that_changed_meanwhile_is_told_of_as_it_is_now(
    signed_in: Run, market: Marketplace, photo: Path
) -> None:
    assert signed_in("upload", str(photo)).code == 0
    market.faults[EDIT[0]] = [problem(412, "precondition_failed", "The image changed.")]
    ran = signed_in("upload", str(photo), "--allow-near-duplicates", "--json")
    assert (ran.code, ran.lines[0]["status"], ran.lines[0]["reasons"]) == (0, "pending_review", [LIKE])
