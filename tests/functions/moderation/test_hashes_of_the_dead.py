"""What a deleted picture looked like is forgotten; what a moderator took down is not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lumenstock import bootstrap
from lumenstock.catalog.image import Image
from lumenstock.catalog.likeness import Likeness
from lumenstock.catalog.purge import LATE_WRITERS
from lumenstock.catalog.states import Status
from lumenstock.imaging.picture_hash import PictureHash
from lumenstock.ingest.near_duplicates import Sighting, hour_of
from lumenstock.kernel.errors import UnavailableError
from tests.functions.moderation.conftest import Desk

HASH = PictureHash(0x5A5A << 200 | 0xF0F)


def looked_at(desk: Desk, number: int) -> Image:
    """A picture whose hash is written down, the same for all."""
    row = desk.put(number, likeness=Likeness(HASH.hex, desk.clock.now()))
    note(desk, row)
    return row


def note(desk: Desk, row: Image) -> None:
    bootstrap.hash_book().note([Sighting(row.id, HASH)], hour_of(desk.clock.now()))


def known() -> set[str]:
    return {seen.id for seen in bootstrap.hash_book().sharing_a_band(HASH)}


def test_a_deleted_picture_is_taken_out_of_its_bands_and_no_other_one(desk: Desk) -> None:
    gone, other = looked_at(desk, 1), looked_at(desk, 2)
    desk.delete(gone)
    desk.clock.at += timedelta(seconds=1)
    desk.purge()
    assert known() == {other.id}
    assert desk.row(gone.id).likeness is None


def test_what_a_late_worker_notes_of_a_deleted_picture_goes_with_the_last_purge(desk: Desk) -> None:
    gone = looked_at(desk, 1)
    desk.delete(gone)
    desk.clock.at += timedelta(seconds=1)
    desk.purge()
    note(desk, gone)
    desk.clock.at += LATE_WRITERS
    desk.purge()
    assert known() == set()
    note(desk, gone)
    desk.purge()
    assert known() == {gone.id}, "it is off the list"


def test_a_fault_keeps_the_hash_on_the_list(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = looked_at(desk, 1)
    desk.delete(gone)
    desk.clock.at += LATE_WRITERS + timedelta(seconds=1)

    def fails(*_: object) -> None:
        raise UnavailableError

    with monkeypatch.context() as patched:
        patched.setattr(type(bootstrap.decisions()), "forget_hash", fails)
        with pytest.raises(UnavailableError, match="1 purges failed"):
            desk.purge()
    assert known() == {gone.id}
    desk.purge()
    assert known() == set()


def test_what_is_taken_down_stays_known(desk: Desk) -> None:
    row = looked_at(desk, 1)
    desk.decide("takedown", row.id, reasons=["copyright"])
    desk.clock.at += LATE_WRITERS + timedelta(seconds=1)
    desk.purge()
    assert known() == {row.id}
    assert desk.row(row.id).likeness == row.likeness


def test_deleting_what_is_down_does_not_make_it_unknown(desk: Desk) -> None:
    row = looked_at(desk, 1)
    desk.decide("takedown", row.id, reasons=["copyright"])
    desk.delete(desk.row(row.id))
    desk.clock.at += LATE_WRITERS + timedelta(seconds=1)
    desk.purge()
    gone = desk.row(row.id)
    assert (known(), gone.status, gone.likeness) == ({row.id}, Status.DELETED, row.likeness)
    assert gone.is_banned


def test_what_was_restored_and_then_deleted_is_forgotten(desk: Desk) -> None:
    row = looked_at(desk, 1)
    desk.decide("takedown", row.id, reasons=["copyright"])
    desk.decide("restore", row.id)
    desk.delete(desk.row(row.id))
    desk.clock.at += LATE_WRITERS + timedelta(seconds=1)
    desk.purge()
    gone = desk.row(row.id)
    assert (known(), gone.likeness, gone.is_banned) == (set(), None, False)


def test_a_picture_that_nobody_compared_has_nothing_to_forget(desk: Desk) -> None:
    row = desk.put()
    desk.delete(row)
    assert "hashes" not in {purge.what for purge in bootstrap.decisions().purges(row.id)}
