from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cli.retry import Retry
from tests.cli.answers import Answer, problem
from tests.cli.marketplace import Marketplace
from tests.cli.running import Run

TOO_SMALL = {"code": "too_small", "text": "Send at least 1,000 pixels.", "needsNewUpload": True}
DUPLICATE = {"code": "exact_duplicate", "text": "This file is there already.", "needsNewUpload": True}


def by_name(lines: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {Path(line["file"]).name: line for line in lines}


def test_every_picture_of_a_folder_arrives_whole_and_ends_approved(
    signed_in: Run, market: Marketplace, pictures: Path
) -> None:
    ran = signed_in("upload", str(pictures))
    assert ran.code == 0
    assert sorted(market.stored.values()) == sorted(
        file.read_bytes() for file in pictures.rglob("*") if file.suffix.lower() in {".jpg", ".png", ".webp"}
    )
    assert ran.out.count("approved") == 3
    assert "3 approved, 46.0 kB sent." in ran.err


def test_titles_come_from_names_options_and_captions_in_that_order_of_weight(
    signed_in: Run, market: Marketplace, pictures: Path
) -> None:
    (pictures / "captions.csv").write_text("filename,title,tags\nred-car_02.jpg,A red car,car;red\n")
    assert signed_in("upload", str(pictures), "--tags", "one, two", "--category", "travel").code == 0
    said = {item["filename"]: item for item in market.announced.values()}
    assert said["red-car_02.jpg"]["title"] == "A red car"
    assert said["red-car_02.jpg"]["tags"] == ["car", "red"]
    assert said["Blue boat.PNG"]["title"] == "Blue boat"
    assert said["Blue boat.PNG"]["contentType"] == "image/png"
    assert said["Blue boat.PNG"]["tags"] == ["one", "two"]
    assert {tuple(item["categories"]) for item in said.values()} == {("travel",)}


def test_files_of_other_kinds_are_passed_over_and_told_of(signed_in: Run, pictures: Path) -> None:
    for name in (".DS_Store", "captions.csv", *(f"{number}.psd" for number in range(6))):
        (pictures / name).write_text("filename,title\n")
    ran = signed_in("upload", str(pictures))
    assert ran.code == 0
    assert f"7 files of other kinds passed over: {pictures / '0.psd'}, " in ran.err
    assert "and 2 more." in ran.err
    assert ".DS_Store" not in ran.err
    assert "captions.csv" not in ran.err


def test_heic_photos_of_a_folder_are_named_with_what_to_do(signed_in: Run, pictures: Path) -> None:
    (pictures / "IMG_1.HEIC").write_bytes(b"heic")
    ran = signed_in("upload", str(pictures))
    assert f"1 file of other kinds passed over: {pictures / 'notes.txt'}.\n" in ran.err
    assert f"1 HEIC photo passed over: {pictures / 'IMG_1.HEIC'}. HEIC photos cannot be taken" in ran.err
    assert "Export the photo as JPEG." in ran.err


@pytest.mark.parametrize(
    ("name", "content", "code", "advice"),
    [
        ("IMG_1.heic", b"heic", "heic", "Export the photo as JPEG."),
        ("plan.svg", b"<svg/>", "svg", "Export it as PNG"),
        ("empty.jpg", b"", "empty_file", "Nothing arrived."),
    ],
)
def test_what_is_refused_in_any_case_is_not_announced_and_has_its_reason(
    signed_in: Run, market: Marketplace, tmp_path: Path, name: str, content: bytes, code: str, advice: str
) -> None:
    (tmp_path / name).write_bytes(content)
    ran = signed_in("upload", str(tmp_path / name), "--json")
    assert (ran.code, ran.lines[0]["status"]) == (1, "not_sent")
    assert ran.lines[0]["reasons"][0]["code"] == code
    assert advice in ran.lines[0]["reasons"][0]["text"]
    assert market.announced == {}


def test_a_folder_of_other_kinds_alone_is_wrong_usage_and_tells_of_them(
    signed_in: Run, tmp_path: Path
) -> None:
    (tmp_path / "layers").mkdir()
    (tmp_path / "layers" / "a.psd").write_text("?")
    ran = signed_in("upload", str(tmp_path / "layers"), "--json")
    assert ran.code == 2
    assert [line["status"] for line in ran.lines] == ["passed_over"]


def test_who_means_to_have_near_duplicates_says_so_of_every_picture(
    signed_in: Run, market: Marketplace, pictures: Path
) -> None:
    assert signed_in("upload", str(pictures), "--allow-near-duplicates").code == 0
    assert [said["allowNearDuplicate"] for said in market.announced.values()] == [True] * 3
    (pictures / "more.jpg").write_bytes(b"more" * 1000)
    assert signed_in("upload", str(pictures / "more.jpg")).code == 0
    assert "allowNearDuplicate" not in market.announced["IMG4"]


def test_json_is_one_line_a_picture_with_every_reason(
    signed_in: Run, market: Marketplace, pictures: Path
) -> None:
    market.fates["red car 02"] = [{"status": "rejected", "reasons": [TOO_SMALL, DUPLICATE]}]
    ran = signed_in("upload", str(pictures), "--json")
    assert ran.code == 1
    lines = by_name(ran.lines)
    assert len(lines) == 4
    assert lines["notes.txt"]["status"] == "passed_over"
    refused = lines["red-car_02.jpg"]
    assert refused["status"] == "rejected"
    assert refused["imageId"] in market.announced
    assert refused["reasons"] == [TOO_SMALL, DUPLICATE]
    assert lines["lake.webp"]["status"] == "approved"


def test_a_picture_that_is_there_already_is_no_failure(
    signed_in: Run, market: Marketplace, pictures: Path
) -> None:
    market.fates["lake"] = [{"status": "rejected", "reasons": [DUPLICATE]}]
    ran = signed_in("upload", str(pictures / "deep" / "lake.webp"), "--json")
    assert ran.code == 0
    assert ran.lines[0]["status"] == "already_there"


def test_a_kind_of_file_that_the_api_does_not_take_fails_alone(signed_in: Run, pictures: Path) -> None:
    ran = signed_in("upload", str(pictures / "notes.txt"), str(pictures / "red-car_02.jpg"), "--json")
    assert ran.code == 1
    lines = by_name(ran.lines)
    assert lines["notes.txt"]["status"] == "not_sent"
    assert lines["notes.txt"]["reasons"][0]["code"] == "unknown_type"
    assert "JPEG, PNG, TIFF, WebP and AVIF" in lines["notes.txt"]["reasons"][0]["text"]
    assert lines["red-car_02.jpg"]["status"] == "approved"


def test_what_hangs_is_reported_and_hides_no_other(
    signed_in: Run, market: Marketplace, pictures: Path
) -> None:
    market.fates["Blue boat"] = [{"status": "processing"}]
    ran = signed_in("upload", str(pictures), "--wait", "3", "--jobs", "1", "--json")
    assert ran.code == 6
    statuses = {name: line["status"] for name, line in by_name(ran.pictures).items()}
    assert statuses == {"red-car_02.jpg": "approved", "Blue boat.PNG": "processing", "lake.webp": "approved"}


def test_the_last_picture_is_waited_for_by_the_server_and_not_asked_for_again_and_again(
    signed_in: Run, market: Marketplace, tmp_path: Path
) -> None:
    photo = tmp_path / "red car.jpg"
    photo.write_bytes(b"red car")
    market.fates["red car"] = [{"status": status} for status in ("processing", "processing", "approved")]
    assert signed_in("upload", str(photo)).code == 0
    assert market.waits == [("IMG1", 20), ("IMG1", 20)]
    assert market.seen.count("GET /v1/images/IMG1/status") == 3


def test_a_wait_for_one_picture_keeps_the_ends_of_others_unseen_for_two_seconds_at_most(
    signed_in: Run, market: Marketplace, pictures: Path
) -> None:
    market.fates["Blue boat"] = [{"status": "processing"}] * 20 + [{"status": "approved"}]
    assert signed_in("upload", str(pictures), "--jobs", "1").code == 0
    others = {"IMG1", "IMG2", "IMG3"} - {market.waits[-1][0]}
    assert {seconds for image_id, seconds in market.waits if image_id in others} <= {2}
    assert market.waits[-1][1] == 20


def test_the_server_waits_no_longer_than_the_patience_with_a_picture(
    signed_in: Run, market: Marketplace, pictures: Path
) -> None:
    market.fates["red car 02"] = [{"status": "processing"}]
    assert signed_in("upload", str(pictures / "red-car_02.jpg"), "--wait", "2.5").code == 6
    assert max(seconds for _, seconds in market.waits) <= 2


def test_without_waiting_nothing_is_asked_after_the_bytes_are_sent(
    signed_in: Run, market: Marketplace, pictures: Path
) -> None:
    assert signed_in("upload", str(pictures), "--wait", "0").code == 6
    assert len(market.stored) == 3
    assert not [call for call in market.seen if call.endswith("/status")]


def test_a_lost_answer_of_the_store_sends_nothing_twice(
    signed_in: Run, market: Marketplace, pictures: Path
) -> None:
    market.stored["IMG1"] = b"came through, but the answer was lost"
    market.faults["/store/IMG1"] = [None]
    assert signed_in("upload", str(pictures / "red-car_02.jpg")).code == 0
    assert market.seen.count("PUT /store/IMG1") == 2


def test_a_lost_answer_of_the_api_announces_the_picture_once(
    signed_in: Run, market: Marketplace, pictures: Path
) -> None:
    market.faults["/v1/images/upload"] = [None, None]
    assert signed_in("upload", str(pictures / "red-car_02.jpg")).code == 0
    assert market.seen.count("POST /v1/images/upload") == 3
    assert len(market.announced) == 1


def test_a_refusal_of_the_store_is_told_in_its_words(
    signed_in: Run, market: Marketplace, pictures: Path
) -> None:
    market.faults["/store/IMG1"] = [
        Answer(403, "<Error><Code>AccessDenied</Code><Message>Expired.</Message></Error>")
    ]
    ran = signed_in("upload", str(pictures / "red-car_02.jpg"))
    assert ran.code == 1
    assert "AccessDenied: Expired." in ran.out


def test_a_token_that_ends_on_the_way_is_renewed_once(
    signed_in: Run, market: Marketplace, pictures: Path
) -> None:
    market.end_session()
    assert signed_in("upload", str(pictures)).code == 0
    assert market.seen.count("POST /v1/auth/refresh") == 1


def test_without_a_sign_in_no_byte_is_sent(run: Run, market: Marketplace, pictures: Path) -> None:
    ran = run("upload", str(pictures))
    assert ran.code == 3
    assert "lumenstock login" in ran.err
    assert market.seen == []


@pytest.mark.parametrize("path", ["", "missing.jpg"])
def test_nothing_to_send_is_wrong_usage(signed_in: Run, tmp_path: Path, path: str) -> None:
    (tmp_path / "empty").mkdir()
    assert signed_in("upload", str(tmp_path / "empty" / path)).code == 2


def test_a_captions_file_without_titles_is_wrong_usage(signed_in: Run, pictures: Path) -> None:
    (pictures / "captions.csv").write_text("file;name\n")
    ran = signed_in("upload", str(pictures))
    assert ran.code == 2
    assert "no column filename" in ran.err


def test_a_burst_of_others_does_not_end_a_run(
    signed_in: Run, market: Marketplace, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.upload.SENDING", Retry(attempts=3, base_s=0.01))
    busy = problem(429, "too_many_requests", "Slow down.")
    market.faults["/v1/images/upload"] = [busy, busy]
    market.faults["/v1/images/IMG1/status"] = [None, busy, busy, busy, busy]
    assert signed_in("upload", str(pictures)).code == 0
    assert len(market.stored) == 3
