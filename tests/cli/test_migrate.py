from __future__ import annotations

import csv
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from cli.retry import Retry
from localcloud.home import REPOSITORY
from tests.cli.answers import Answer
from tests.cli.marketplace import Marketplace
from tests.cli.running import Run

SEED = 20_261_122
# 2,000 on demand, as in tests/e2e.
MIGRATED = int(os.environ.get("MIGRATE_FILES", "200"))
REFUSED = {"code": "too_small", "text": "Send at least 16 pixels.", "needsNewUpload": True}


@pytest.fixture
def failures(tmp_path: Path) -> Path:
    """Where failures are written."""
    return tmp_path / "failures.csv"


@pytest.fixture
def migrate(signed_in: Run, failures: Path) -> Run:
    """``lumenstock migrate …``."""

    def run(*arguments: str) -> Any:
        return signed_in("migrate", *arguments, "--failures", str(failures))

    return run


def rows(failures: Path) -> list[dict[str, str]]:
    with failures.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_folder_goes_whole_without_what_is_hidden_or_no_picture(
    migrate: Run, market: Marketplace, pictures: Path, failures: Path
) -> None:
    (pictures / ".thumbnails").mkdir()
    (pictures / ".thumbnails" / "lake.jpg").write_bytes(b"hidden")
    (pictures / "._red-car_02.jpg").write_bytes(b"hidden")
    (pictures / "deep" / "up").symlink_to(pictures)
    ran = migrate(str(pictures), "--tags", "archive", "--json")
    assert ran.code == 0
    others = [Path(line["file"]).name for line in ran.lines if line["status"] == "passed_over"]
    assert others == ["notes.txt"]
    assert {Path(line["file"]).name for line in ran.lines} - set(others) == {
        *("red-car_02.jpg", "Blue boat.PNG", "lake.webp")
    }
    assert {tuple(said["tags"]) for said in market.announced.values()} == {("archive",)}
    assert rows(failures) == []
    assert "3 approved, 46.0 kB sent. Peak memory" in ran.err
    assert f"1 file of other kinds passed over: {pictures / 'notes.txt'}." in ran.err


def test_a_second_run_asks_nothing_about_what_has_ended(
    migrate: Run, market: Marketplace, pictures: Path, failures: Path
) -> None:
    market.fates["lake"] = [{"status": "rejected", "reasons": [REFUSED]}]
    assert migrate(str(pictures)).code == 1
    first = rows(failures)
    market.seen.clear()
    ran = migrate(str(pictures), "--json")
    assert ran.code == 1
    assert market.seen == ["GET /v1/auth/me"]
    assert sorted(line["status"] for line in ran.lines) == [
        *("already_there", "already_there", "passed_over", "rejected")
    ]
    assert rows(failures) == first


def test_a_csv_manifest_says_what_is_shown(migrate: Run, market: Marketplace, pictures: Path) -> None:
    manifest = pictures / "list.csv"
    manifest.write_text(
        "filename,title,tags,description,category,price\n"
        'red-car_02.jpg,A red car,"car, red",It is fast.,travel,12\n'
        "deep/lake.webp,,,,,\n"
    )
    assert migrate(str(manifest), "--category", "nature").code == 0
    car, lake = sorted(market.announced.values(), key=lambda said: said["title"])
    assert (car["title"], car["tags"], car["description"]) == ("A red car", ["car", "red"], "It is fast.")
    assert (car["categories"], lake["categories"]) == (["travel"], ["nature"])
    assert lake["title"] == "lake"


def test_json_lines_say_the_same_with_lists_or_words(
    migrate: Run, market: Marketplace, pictures: Path
) -> None:
    lines: list[dict[str, Any]] = [
        {"filename": "red-car_02.jpg", "title": "A car", "tags": ["car", "red"], "categories": ["travel"]},
        {"filename": str(pictures / "deep" / "lake.webp"), "tags": "lake; water", "category": "nature"},
    ]
    manifest = pictures / "list.jsonl"
    manifest.write_text("\n\n".join(json.dumps(line) for line in lines))
    assert migrate(str(manifest)).code == 0
    said = {item["filename"]: item for item in market.announced.values()}
    assert said["red-car_02.jpg"]["tags"] == ["car", "red"]
    assert (said["lake.webp"]["tags"], said["lake.webp"]["categories"]) == (["lake", "water"], ["nature"])


def test_bad_lines_are_told_and_passed_over(
    migrate: Run, market: Marketplace, pictures: Path, failures: Path
) -> None:
    manifest = pictures / "list.jsonl"
    manifest.write_text(
        '{"filename": "red-car_02.jpg"}\n{"title": "no name"}\nnot JSON\n'
        '{"filename": "gone.jpg"}\n{"filename": "nul\\u0000.jpg"}\n'
    )
    ran = migrate(str(manifest))
    assert ran.code == 1
    assert len(market.stored) == 1
    told = {Path(row["filename"]).name: row["code"] for row in rows(failures)}
    unreadable = {f"list.jsonl:{line}": "unreadable_line" for line in (2, 3, 5)}
    assert told == unreadable | {"gone.jpg": "unreadable_file"}
    assert "4 failed; why is in" in ran.err
    assert "list.jsonl:5  unusable" in ran.out
    assert "It names no file." in ran.out


def test_what_failed_is_a_manifest_of_what_to_send_again(
    migrate: Run, market: Marketplace, pictures: Path, failures: Path, tmp_path: Path
) -> None:
    market.faults["/store/IMG1"] = [Answer(400, "<Error><Code>BadDigest</Code></Error>")]
    manifest = pictures / "list.csv"
    manifest.write_text("filename,title,tags\ndeep/lake.webp,Deep water,a;b\n")
    assert migrate(str(manifest)).code == 1
    assert rows(failures)[0]["status"] == "not_sent"
    assert migrate(str(failures)).code == 2  # it would be written over while it is read
    again = failures.rename(tmp_path / "again.csv")
    assert migrate(str(again)).code == 0
    assert market.announced["IMG2"]["title"] == "Deep water"
    assert market.announced["IMG2"]["tags"] == ["a", "b"]


@pytest.mark.parametrize("content", ["name,title\na.jpg,A\n", "filename\n\xff"])
def test_a_manifest_that_is_none_is_wrong_usage(migrate: Run, tmp_path: Path, content: str) -> None:
    manifest = tmp_path / "list.csv"
    manifest.write_bytes(content.encode("latin-1"))
    assert migrate(str(manifest)).code == 2


def test_who_means_to_have_near_duplicates_says_so_of_a_whole_archive(
    migrate: Run, market: Marketplace, pictures: Path
) -> None:
    assert migrate(str(pictures), "--allow-near-duplicates").code == 0
    assert [said["allowNearDuplicate"] for said in market.announced.values()] == [True] * 3


def test_a_dry_run_sends_nothing_and_tells_what_would_be_sent(
    migrate: Run, market: Marketplace, pictures: Path, failures: Path
) -> None:
    assert migrate(str(pictures / "deep")).code == 0
    (pictures / "empty.jpg").write_bytes(b"")
    market.seen.clear()
    ran = migrate(str(pictures), "--dry-run", "--json")
    assert ran.code == 1
    assert market.seen == ["GET /v1/auth/me"]
    plans = {Path(line["file"]).name: line["status"] for line in ran.lines}
    assert plans == {
        "red-car_02.jpg": "to_send",
        "Blue boat.PNG": "already_sent",
        "lake.webp": "already_sent",
        "empty.jpg": "unusable",
        "notes.txt": "passed_over",
    }
    assert "1 to send (14.0 kB), 2 already sent, 1 unusable." in ran.err
    assert rows(failures)[0]["code"] == "empty_file"


def test_a_name_that_is_no_text_is_sent_all_the_same(
    migrate: Run, market: Marketplace, tmp_path: Path
) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.jpg")).write_bytes(b"a picture")
    ran = migrate(str(folder), "--json")
    assert ran.code == 0
    assert next(iter(market.announced.values()))["filename"] == "caf?.jpg"


def test_an_outage_that_outlives_the_patience_ends_the_run_and_the_next_goes_on(
    migrate: Run, market: Marketplace, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.migrate.MIGRATING", Retry(attempts=2, base_s=0))
    market.faults["/v1/images/upload"] = [None] * 8
    assert migrate(str(pictures), "--jobs", "1").code == 4
    assert market.stored == {}
    market.faults.clear()
    assert migrate(str(pictures)).code == 0
    assert len(market.stored) == 3


@pytest.mark.slow
def test_a_migration_that_is_killed_again_and_again_brings_all_in_once(
    signed_in: Run, market: Marketplace, tmp_path: Path
) -> None:
    folder = tmp_path / "archive"
    wanted = set()
    dice = random.Random(SEED)
    for number in range(MIGRATED):
        file = folder / f"{number % 7}" / f"{number}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(dice.randbytes(dice.choice([500, 30_000])))
        wanted.add(hashlib.sha256(file.read_bytes()).hexdigest())
    command = [sys.executable, "-m", "cli", "migrate", str(folder), "--failures", str(tmp_path / "f.csv")]
    for _ in range(5):
        calls = len(market.seen) + dice.randrange(MIGRATED // 8, MIGRATED // 2)
        with subprocess.Popen(
            [*command, "--jobs", "3"], cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as run:
            while run.poll() is None and len(market.seen) < calls:
                time.sleep(0.001)
            run.send_signal(signal.SIGKILL)
        assert run.returncode == -signal.SIGKILL
    assert signed_in(*command[3:]).code == 0
    arrived = [said["sha256"] for said in market.announced.values()]
    assert sorted(arrived) == sorted(wanted)
    whole = [b"".join(part for _, part in sorted(u.held.items())) for u in market.uploads.by_id.values()]
    stored = {hashlib.sha256(body).hexdigest() for body in [*market.stored.values(), *whole]}
    assert stored == wanted
