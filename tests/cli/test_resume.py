"""What a run that was stopped leaves to the next one: only what had not arrived."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.ledger import Ledger
from cli.parts import Cut
from cli.responses import HeldPart
from cli.retry import Retry
from localcloud.home import REPOSITORY
from tests.cli.answers import Answer, problem
from tests.cli.marketplace import Marketplace
from tests.cli.running import Run

SEED = 20_261_121
LARGE = 50_000  # 13 parts of the marketplace's 4,000 bytes


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file that goes in parts."""
    path = tmp_path / "large.tif"
    path.write_bytes(random.Random(SEED).randbytes(LARGE))
    return path


@pytest.fixture
def no_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first fault ends a run."""
    monkeypatch.setattr("cli.upload.SENDING", Retry(attempts=1))


def arrived(market: Marketplace) -> bytes:
    """The only upload in parts, put together."""
    (upload,) = market.uploads.by_id.values()
    assert upload.status == "completed"
    return b"".join(body for _, body in sorted(upload.held.items()))


def test_a_large_file_goes_in_parts_and_arrives_whole(
    signed_in: Run, market: Marketplace, large: Path
) -> None:
    ran = signed_in("upload", str(large), "--jobs", "3", "--json")
    assert ran.code == 0
    assert arrived(market) == large.read_bytes()
    assert set(market.uploads.puts.values()) == {1}
    line = ran.lines[0]
    assert (line["sizeBytes"], line["sentBytes"], line["status"]) == (LARGE, LARGE, "approved")
    assert line["sha256"] == hashlib.sha256(large.read_bytes()).hexdigest()


@pytest.mark.usefixtures("no_retries")
def test_a_broken_line_in_the_middle_costs_only_the_missing_parts(
    signed_in: Run, market: Marketplace, large: Path
) -> None:
    market.faults["/store/part/UPL1/7/7"] = [None]
    assert signed_in("upload", str(large), "--jobs", "1").code == 4
    held = market.uploads.by_id["UPL1"].held
    assert set(held) >= {1, 2, 3, 4, 5, 6}
    assert 7 not in held
    held_bytes = sum(map(len, held.values()))
    ran = signed_in("upload", str(large), "--json")
    assert ran.code == 0
    assert arrived(market) == large.read_bytes()
    assert set(market.uploads.puts.values()) == {1}
    assert ran.lines[0]["sentBytes"] == LARGE - held_bytes


def test_an_address_that_ended_is_asked_for_again(signed_in: Run, market: Marketplace, large: Path) -> None:
    market.uploads.ended = {"2", "5"}
    assert signed_in("upload", str(large)).code == 0
    assert arrived(market) == large.read_bytes()
    assert market.uploads.addresses == 13 + 2


@pytest.mark.parametrize("status", ["aborted", "expired", None])
def test_an_upload_that_ended_unfinished_begins_anew(
    signed_in: Run, market: Marketplace, large: Path, status: str | None
) -> None:
    market.faults["/v1/uploads/UPL1/complete"] = [problem(422, "upload_incomplete", "Parts are missing.")]
    assert signed_in("upload", str(large)).code == 1
    if status:
        market.uploads.by_id["UPL1"].status = status
    else:
        del market.uploads.by_id["UPL1"]
    assert signed_in("upload", str(large)).code == 0
    assert market.uploads.by_id["UPL2"].status == "completed"


@pytest.mark.usefixtures("no_retries")
def test_a_completion_whose_answer_was_lost_is_not_repeated_by_sending(
    signed_in: Run, market: Marketplace, large: Path
) -> None:
    market.faults["/v1/uploads/UPL1/complete"] = [None]
    assert signed_in("upload", str(large)).code == 4
    market.uploads.by_id["UPL1"].status = "completed"
    ran = signed_in("upload", str(large), "--json")
    assert (ran.code, ran.lines[0]["status"], ran.lines[0]["sentBytes"]) == (0, "already_there", 0)
    assert set(market.uploads.puts.values()) == {1}


def test_a_file_that_was_sent_is_not_announced_again(
    signed_in: Run, market: Marketplace, pictures: Path
) -> None:
    assert signed_in("upload", str(pictures)).code == 0
    market.seen.clear()
    ran = signed_in("upload", str(pictures), "--json")
    assert ran.code == 0
    assert {line["status"] for line in ran.pictures} == {"already_there"}
    assert [call for call in market.seen if not call.startswith("GET")] == []


def test_the_same_content_under_two_names_is_sent_once(
    signed_in: Run, market: Marketplace, pictures: Path
) -> None:
    (pictures / "copy.webp").write_bytes((pictures / "deep" / "lake.webp").read_bytes())
    ran = signed_in("upload", str(pictures), "--json")
    assert ran.code == 0
    assert len(market.announced) == 3
    assert sorted(line["status"] for line in ran.pictures) == ["already_there", *["approved"] * 3]


def test_what_the_server_has_is_skipped_without_a_memory_of_it(
    signed_in: Run, market: Marketplace, pictures: Path
) -> None:
    lake = pictures / "deep" / "lake.webp"
    market.living[hashlib.sha256(lake.read_bytes()).hexdigest()] = "IMG99"
    ran = signed_in("upload", str(lake), "--json")
    assert ran.code == 0
    assert (ran.lines[0]["status"], ran.lines[0]["imageId"]) == ("already_there", "IMG99")
    assert market.stored == {}


@pytest.mark.parametrize("fate", ["expired", "deleted"])
def test_a_picture_that_is_gone_is_sent_again(
    signed_in: Run, market: Marketplace, pictures: Path, fate: str
) -> None:
    lake = pictures / "deep" / "lake.webp"
    assert signed_in("upload", str(lake)).code == 0
    market.fates["lake"] = [{"status": fate}, {"status": "approved"}]
    assert signed_in("upload", str(lake)).code == 0
    assert sorted(market.stored) == ["IMG1", "IMG2"]


def test_processing_that_failed_is_tried_again_without_sending(
    signed_in: Run, market: Marketplace, pictures: Path
) -> None:
    lake = str(pictures / "deep" / "lake.webp")
    market.fates["lake"] = [{"status": "processing_failed"}]
    assert signed_in("upload", lake).code == 1
    assert signed_in("upload", lake).code == 0
    assert market.seen.count("POST /v1/images/IMG1/retry") == 1
    assert market.seen.count("PUT /store/IMG1") == 1


@pytest.mark.usefixtures("no_retries")
def test_other_words_after_a_lost_answer_begin_a_new_upload(
    signed_in: Run, market: Marketplace, pictures: Path
) -> None:
    market.faults["/store/IMG1"] = [None]
    lake = str(pictures / "deep" / "lake.webp")
    assert signed_in("upload", lake, "--tags", "one").code == 4
    assert signed_in("upload", lake, "--tags", "two").code == 0
    assert list(market.stored) == ["IMG2"]
    assert market.announced["IMG2"]["tags"] == ["two"]


def test_a_file_that_changed_on_the_way_is_not_completed(
    signed_in: Run, market: Marketplace, large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = Cut.missing

    def touched(cut: Cut, held: list[HeldPart]) -> list[int]:
        os.utime(large, ns=(1, 1))
        return sent(cut, held)

    monkeypatch.setattr(Cut, "missing", touched)
    ran = signed_in("upload", str(large), "--json")
    assert ran.code == 1
    assert "changed while it was sent" in ran.lines[0]["reasons"][0]["text"]
    assert market.uploads.by_id["UPL1"].status == "open"


def test_a_file_that_makes_the_service_fail_does_not_stop_the_others(
    signed_in: Run, market: Marketplace, pictures: Path
) -> None:
    market.faults["/v1/images/upload"] = [problem(500, "internal", "Internal error")]
    ran = signed_in("upload", str(pictures), "--jobs", "1")
    assert ran.code == 1
    assert len(market.stored) == 2


def test_a_service_that_fails_for_every_file_stops_the_run(
    signed_in: Run, market: Marketplace, tmp_path: Path
) -> None:
    for number in range(20):
        (tmp_path / f"{number}.jpg").write_bytes(bytes([number]))
    market.faults["/v1/images/upload"] = [problem(500, "internal", "Internal error")] * 20
    ran = signed_in("upload", *(str(tmp_path / f"{number}.jpg") for number in range(20)), "--jobs", "1")
    assert ran.code == 4
    assert market.seen.count("POST /v1/images/upload") < 10


def test_a_server_that_asks_for_quiet_gets_it_from_all_threads(
    signed_in: Run, market: Marketplace, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("cli.upload.SENDING", Retry(attempts=3, base_s=0, heed_s=30, sleep=slept.append))
    market.faults["/v1/images/upload"] = [Answer(429, {"code": "too_many_requests"}, {"retry-after": "17"})]
    assert signed_in("upload", str(pictures), "--jobs", "1").code == 0
    assert slept[0] == 17.0
    assert all(10 < waited <= 17 for waited in slept)
    assert len(slept) > 2


def test_a_server_that_asks_for_longer_than_we_wait_is_not_bothered_again(
    run: Run, market: Marketplace
) -> None:
    market.faults["/v1/search"] = [Answer(429, {"code": "too_many_requests"}, {"retry-after": "3600"})]
    ran = run("search", "sea")
    assert ran.code == 5
    assert len(market.seen) == 1


def test_a_damaged_state_file_says_what_to_do(signed_in: Run, tmp_path: Path, pictures: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "bad.sqlite").write_bytes(b"not a database, but long enough to be taken for one" * 50)
    ran = signed_in("upload", str(pictures), "--state", str(tmp_path / "bad.sqlite"))
    assert ran.code == 7
    assert "Move it away" in ran.err


def test_a_state_file_of_a_newer_version_is_left_alone(
    signed_in: Run, tmp_path: Path, pictures: Path
) -> None:
    file = tmp_path / "newer.sqlite"
    with Ledger(file, "somebody") as ledger:
        ledger._db.execute("PRAGMA user_version = 99")
    ran = signed_in("upload", str(pictures), "--state", str(file))
    assert ran.code == 7
    assert "newer lumenstock" in ran.err


def test_what_one_account_sent_another_may_send_too(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    with Ledger(file, "ada") as ada, Ledger(file, "bob") as bob:
        ada.want(b"sha", "key of ada")
        ada.sent(b"sha", "IMG1")
        assert bob.entry(b"sha") is None


def test_two_runs_that_begin_with_one_file_use_one_key(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    with Ledger(file, "ada") as one, Ledger(file, "ada") as two:
        assert one.want(b"sha", "first").key == two.want(b"sha", "second").key == "first"
        assert one.want(b"sha", "third", instead_of="first").key == "third"
        assert two.want(b"sha", "fourth", instead_of="first").key == "third"


@pytest.mark.slow
def test_a_run_that_is_killed_at_any_moment_is_finished_by_the_next(
    signed_in: Run, market: Marketplace, tmp_path: Path
) -> None:
    """Deaths of the real program over one folder; each run gets a little further."""
    folder = tmp_path / "many"
    folder.mkdir()
    dice = random.Random(SEED)
    for number in range(12):
        (folder / f"{number}.jpg").write_bytes(dice.randbytes(LARGE if number % 2 else 9_000))
    command = [sys.executable, "-m", "cli", "upload", str(folder), "--jobs", "2", "--wait", "30"]
    deaths = 0
    for _ in range(5):
        calls = len(market.seen) + dice.randrange(2, 25)
        with subprocess.Popen(
            command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as run:
            while run.poll() is None and len(market.seen) < calls:
                time.sleep(0.001)
            run.send_signal(signal.SIGKILL)
        deaths += run.returncode == -signal.SIGKILL
    assert deaths >= 3
    assert signed_in("upload", str(folder)).code == 0
    wanted = sorted(file.read_bytes() for file in folder.iterdir())
    whole = [b"".join(body for _, body in sorted(u.held.items())) for u in market.uploads.by_id.values()]
    assert sorted([*market.stored.values(), *whole]) == wanted
