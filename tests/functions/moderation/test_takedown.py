"""Taking down, restoring and purging: nothing stays visible, whatever dies in between."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lumenstock import bootstrap, use_cases
from lumenstock.adapters.aws.objects import S3Objects
from lumenstock.catalog.purge import EDGE_ROUND, LATE_WRITERS
from lumenstock.catalog.reasons import ReasonCode
from lumenstock.catalog.states import Status
from lumenstock.kernel.errors import UnavailableError
from tests.conftest import DERIVATIVES, ORIGINALS
from tests.functions.moderation.conftest import ANA, CARA, Desk


def test_a_takedown_deletes_the_files_and_changes_the_address_and_keeps_the_original(desk: Desk) -> None:
    row, other = desk.put(), desk.put(2)
    answer = desk.decide("takedown", row.id, reasons=["copyright"], note="complaint 117")
    assert (answer.status, answer.json()["status"]) == (200, "taken_down")
    now = desk.row(row.id)
    assert now.media_key != row.media_key
    assert (now.rev, now.renditions, now.exposed) == (row.rev + 1, (), False)
    assert desk.files(row) == []
    assert len(desk.files(other)) == 3, "nobody else's files are touched"
    assert desk.originals() == 2
    assert [reason.code for reason in now.reasons] == [ReasonCode.COPYRIGHT]
    assert desk.get(f"/v1/images/{row.id}", ANA).code == "not_found"


def test_a_takedown_that_dies_before_the_files_are_deleted_is_finished_by_the_purger(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = desk.put()

    def die(*_: object) -> int:
        raise UnavailableError

    with monkeypatch.context() as patched:
        patched.setattr(S3Objects, "remove_below", die)
        assert desk.decide("takedown", row.id, reasons=["copyright"]).code == "unavailable"
        desk.clock.at += timedelta(seconds=1)
        with pytest.raises(UnavailableError, match="2 purges failed"):
            desk.purge()
    assert desk.row(row.id).status is Status.TAKEN_DOWN, "whoever asks is told nothing of it already"
    assert desk.files(row)
    assert desk.purge() == {"purged": 3, "finished": 0}
    assert desk.files(row) == []


def test_a_takedown_asked_for_again_deletes_what_is_still_there_and_decides_nothing_anew(desk: Desk) -> None:
    row = desk.put()
    first = desk.decide("takedown", row.id, reasons=["copyright"])
    late = f"{row.media_key}/1/1024.webp"
    desk.stores.s3.put_object(Bucket=DERIVATIVES, Key=late, Body=b"written by a late worker")
    again = desk.decide("takedown", row.id, reasons=["privacy"])
    assert (again.status, again.json()["version"]) == (200, first.json()["version"])
    assert desk.files(row) == []
    assert len(desk.history(row)) == 1


def test_what_a_late_writer_leaves_is_deleted_before_the_purge_ends(desk: Desk) -> None:
    row = desk.put()
    desk.decide("takedown", row.id, reasons=["copyright"])
    desk.clock.at += timedelta(minutes=5)
    assert desk.purge() == {"purged": 3, "finished": 0}
    desk.stores.s3.put_object(Bucket=DERIVATIVES, Key=f"{row.media_key}/1/600.avif", Body=b"late")
    desk.clock.at += LATE_WRITERS
    assert desk.purge() == {"purged": 3, "finished": 3}
    assert desk.files(row) == []
    assert desk.purge() == {"purged": 0, "finished": 0}


def test_what_was_developed_of_camera_raw_goes_with_the_public_files_and_what_is_made_after_stays(
    desk: Desk,
) -> None:
    row = desk.put()
    first, second, other = f"developed/{row.id}/1.jpg", f"developed/{row.id}/2.jpg", "developed/other/1.jpg"
    for key in (first, first, other):  # developed twice: two versions of one object
        desk.stores.s3.put_object(Bucket=ORIGINALS, Key=key, Body=b"developed")
    desk.decide("takedown", row.id, reasons=["copyright"])
    desk.decide("restore", row.id)
    desk.stores.s3.put_object(Bucket=ORIGINALS, Key=second, Body=b"developed anew")
    desk.clock.at += LATE_WRITERS + timedelta(seconds=1)
    assert desk.purge() == {"purged": 3, "finished": 3}
    assert desk.developed() == [second, other]


def test_the_edge_forgets_the_files_twice_however_often_the_purger_runs(desk: Desk) -> None:
    row, other = desk.put(), desk.put(2)
    desk.decide("takedown", row.id, reasons=["copyright"])
    for _ in range(3):
        desk.clock.at += timedelta(minutes=4)
        desk.purge()
    assert desk.edge.forgotten == [f"{row.media_key}/"]
    desk.clock.at += LATE_WRITERS
    desk.purge()
    desk.purge()
    assert desk.edge.forgotten == [f"{row.media_key}/"] * 2
    assert desk.files(other), "nobody else's are touched"


def test_the_edge_is_asked_once_for_all_pictures_of_a_run_and_again_if_it_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [desk.put(number) for number in (1, 2, 3)]
    for row in rows:
        desk.decide("takedown", row.id, reasons=["copyright"])
    desk.clock.at += timedelta(seconds=1)

    def refuse(*_: object) -> None:
        raise UnavailableError

    with monkeypatch.context() as patched:
        patched.setattr(desk.edge, "forget", refuse)
        with pytest.raises(UnavailableError, match="3 purges failed"):
            desk.purge()
    assert desk.purge() == {"purged": 3, "finished": 0}, "files are gone already, only the edge is left"
    assert len(desk.edge.requests) == 1
    assert desk.edge.forgotten == sorted(f"{row.media_key}/" for row in rows)


def test_what_contributors_delete_is_forgotten_a_few_times_a_day_and_only_what_was_public(desk: Desk) -> None:
    shown, later = desk.put(exposed=True), desk.put(3, exposed=True)
    waiting = desk.put(2, status=Status.PENDING_REVIEW)
    for row in (shown, waiting):
        desk.delete(row)
    desk.clock.at += timedelta(hours=1)
    desk.delete(later)
    desk.purge()
    assert desk.edge.forgotten == []
    desk.clock.at += EDGE_ROUND
    desk.purge()
    assert desk.edge.forgotten == sorted(f"{row.media_key}/" for row in (shown, later))
    assert len(desk.edge.requests) == 1
    desk.clock.at += EDGE_ROUND
    desk.purge()
    assert len(desk.edge.requests) == 1, "no writer was left when it was told"


def test_a_run_ends_when_its_time_is_up_and_the_next_one_does_the_rest(desk: Desk) -> None:
    row = desk.put()
    desk.decide("takedown", row.id, reasons=["copyright"])
    desk.clock.at += timedelta(seconds=1)
    assert use_cases.purger().run(desk.clock.now(), lambda: False).purged == 0
    assert desk.purge() == {"purged": 3, "finished": 0}
    assert desk.purge() == {"purged": 0, "finished": 0}, "what is done waits for its last pass"


def test_more_purges_than_a_page_are_all_carried_out(desk: Desk) -> None:
    rows = [desk.put(number) for number in range(1, 41)]
    for row in rows:
        desk.decide("takedown", row.id, reasons=["copyright"])
    desk.clock.at += LATE_WRITERS + timedelta(seconds=1)
    assert desk.purge() == {"purged": 120, "finished": 120}
    assert desk.stores.derivatives() == {}


def test_what_is_restored_is_rendered_anew_at_another_address_and_needs_no_review(desk: Desk) -> None:
    row = desk.put()
    desk.decide("takedown", row.id, reasons=["copyright"])
    answer = desk.decide("restore", row.id, note="withdrawn")
    assert (answer.status, answer.json()["status"]) == (202, "processing")
    now = desk.row(row.id)
    assert (now.cleared, now.renditions, now.reasons) == (True, (), ())
    assert now.media_key != row.media_key
    (message,) = desk.stores.messages(desk.stores.ingest_queue_url)
    assert message["detail"]["object"]["key"] == row.source.key
    assert desk.decide("restore", row.id).status == 202, "asked for again, it is sent again"
    assert [entry["action"] for entry in desk.history(row)] == ["restore", "take_down"]


def test_what_came_back_as_somebody_elses_cannot_be_restored(desk: Desk) -> None:
    row, heir = desk.put(), desk.put(2)
    desk.decide("takedown", row.id, reasons=["copyright"])
    assert bootstrap.catalog().claim(row.source.sha256 or "", heir.id) == heir.id
    assert desk.decide("restore", row.id).code == "duplicate_image"
    assert desk.row(row.id).status is Status.TAKEN_DOWN
    bootstrap.catalog().update(heir.id, lambda seen: seen.moved(Status.TAKEN_DOWN, desk.clock.now()))
    assert desk.decide("restore", row.id).status == 202
    assert bootstrap.catalog().claimed_by(row.source.sha256 or "") == row.id


def test_a_prefix_that_is_not_one_images_own_deletes_nothing(desk: Desk) -> None:
    desk.put()
    before = desk.stores.derivatives()
    for prefix in ("", "0", "originals/"):
        with pytest.raises(ValueError, match="one image"):
            bootstrap.derivatives().remove_below(prefix)
    assert desk.stores.derivatives() == before


def test_admins_see_the_trail_of_a_deleted_image(desk: Desk) -> None:
    row = desk.put()
    desk.decide("takedown", row.id, reasons=["copyright"])
    assert desk.delete(row).status == 204
    assert [(entry["action"], entry["by"]) for entry in desk.history(row)] == [
        ("delete", ANA.id),
        ("take_down", CARA.id),
    ]
