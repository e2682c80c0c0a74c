"""What the state file says of bytes counts for the type they were announced as."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from cli.dry_run import Look, look_at
from cli.ledger import Ledger, Stamp
from cli.pictures import Picture
from cli.retry import Retry
from tests.cli.marketplace import Marketplace
from tests.cli.running import Run

MISMATCH = {
    "code": "type_mismatch",
    "text": "Announced as image/png, but it is JPEG.",
    "needsNewUpload": True,
}


@pytest.mark.parametrize("command", ["upload", "migrate"])
def test_bytes_that_were_refused_for_their_announced_type_go_again_under_another(
    signed_in: Run, market: Marketplace, tmp_path: Path, command: str
) -> None:
    wrong, true = tmp_path / "wrong", tmp_path / "true"
    for folder, name in ((wrong, "boat.png"), (true, "red car.jpg")):
        folder.mkdir()
        (folder / name).write_bytes(b"jpeg" * 1000)
    market.fates["boat"] = [{"status": "rejected", "reasons": [MISMATCH]}]
    failures = () if command == "upload" else ("--failures", str(tmp_path / "failures.csv"))
    assert signed_in(command, str(wrong), *failures).code == 1
    assert signed_in(command, str(wrong), *failures).code == 1
    assert len(market.stored) == 1, "the same bytes as the same type are refused without being sent"
    ran = signed_in(command, str(true), "--json", *failures)
    assert (ran.code, ran.lines[0]["status"], ran.lines[0]["sentBytes"]) == (0, "approved", 4000)
    assert market.announced["IMG2"]["contentType"] == "image/jpeg"
    ran = signed_in(command, str(wrong), "--json", *failures)
    assert (ran.code, ran.lines[0]["status"]) == (0, "already_there")


@pytest.mark.parametrize(("content_type", "plan"), [("image/png", "already_sent"), ("image/jpeg", "to_send")])
def test_a_dry_run_knows_under_which_type_bytes_were_refused(
    tmp_path: Path, content_type: str, plan: str
) -> None:
    file = tmp_path / "boat.jpg"
    file.write_bytes(b"jpeg")
    with Ledger(None, "ada") as ledger:
        ledger.remember(file, Stamp.of(file), b"sha")
        ledger.want(b"sha", "key")
        ledger.announced(b"sha", "IMG1", None, "image/png")
        ledger.ended(b"sha", "IMG1", "rejected", json.dumps([MISMATCH]))
        (look,) = look_at([Picture(file, content_type, "boat")], ledger)
    assert isinstance(look, Look)
    assert look.plan == plan


def test_half_of_a_file_does_not_go_on_under_another_type(
    signed_in: Run, market: Marketplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.upload.SENDING", Retry(attempts=1))
    large = tmp_path / "large.tif"
    large.write_bytes(random.Random(20_261_121).randbytes(50_000))
    market.faults["/store/part/UPL1/7/7"] = [None]
    assert signed_in("upload", str(large), "--jobs", "1").code == 4
    assert signed_in("upload", str(large.rename(large.with_suffix(".png")))).code == 0
    assert market.announced["IMG2"]["contentType"] == "image/png"
    assert market.uploads.by_id["UPL2"].status == "completed"


def test_a_state_file_of_before_the_announced_type_was_noted_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    with Ledger(file, "ada") as ledger:
        ledger.want(b"sha", "key")
        ledger._db.execute("ALTER TABLE upload DROP COLUMN content_type")
    with Ledger(file, "ada") as ledger:
        entry = ledger.entry(b"sha")
        assert entry is not None
        assert (entry.key, entry.content_type) == ("key", None)
        ledger.announced(b"sha", "IMG1", None, "image/png")
