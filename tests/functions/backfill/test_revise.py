from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lumenstock import bootstrap, use_cases
from lumenstock.catalog.data_mining import DataMining
from lumenstock.catalog.image import Image
from lumenstock.catalog.purge import Purged
from lumenstock.catalog.states import Status
from lumenstock.catalog.store import VectorItem
from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.errors import DecoderLimitError
from lumenstock.kernel.ids import MediaKey
from tests.conftest import ORIGINALS, Stores
from tests.functions.backfill.conftest import Jobs
from tests.functions.ingest.conftest import T0, Clock
from tests.functions.ingest.test_develop import TYPE, raw
from tests.pictures import jpeg

LEAN = {"300.webp", "512.webp", "1024.webp"}


def files(stores: Stores, image: Image, rev: int) -> dict[str, bytes]:
    prefix = f"{image.media_key}/{rev}/"
    found = stores.derivatives().items()
    return {key.removeprefix(prefix): body for key, body in found if key.startswith(prefix)}


def row(image: Image) -> Image:
    return bootstrap.catalog().get(image.id)


@pytest.mark.parametrize("status", [Status.APPROVED, Status.PENDING_REVIEW])
def test_a_shown_picture_gets_a_new_revision_and_stays_what_it_is(
    jobs: Jobs, stores: Stores, status: Status
) -> None:
    image = jobs.shown(status=status)
    assert jobs.run(image.source.key) == ("Succeeded", "revised: revision 2")
    after = row(image)
    assert after == replace(image, rev=2, version=image.version + 1, backfill="first")
    assert set(files(stores, image, 2)) == LEAN
    assert files(stores, image, 2) == files(stores, image, 1)  # the same code makes the same pictures
    assert jobs.asked_for_vectors() == [{"image_id": image.id, "rev": 2}]
    assert stores.messages(stores.embed_live_queue_url) == []


def test_the_same_task_again_makes_nothing_and_a_vector_that_is_due_is_asked_for_again(jobs: Jobs) -> None:
    image = jobs.shown()
    jobs.run(image.source.key)
    jobs.asked_for_vectors()
    assert jobs.run(image.source.key) == ("Succeeded", "already: revision 2")
    assert row(image).rev == 2
    assert len(jobs.asked_for_vectors()) == 1
    bootstrap.catalog().put_vector(image.id, VectorItem("demo@1", b"\0" * 1536, 2))
    jobs.run(image.source.key)
    assert jobs.asked_for_vectors() == []


def test_another_backfill_makes_another_revision(jobs: Jobs) -> None:
    image = jobs.shown()
    jobs.run(image.source.key)
    assert jobs.run(image.source.key, "second") == ("Succeeded", "revised: revision 3")


def test_the_old_files_go_after_a_day_and_the_new_ones_stay(jobs: Jobs, stores: Stores, clock: Clock) -> None:
    image = jobs.shown()
    jobs.run(image.source.key)
    use_cases.purger().run(clock.now())
    assert set(files(stores, image, 1)) == LEAN
    clock.time = T0 + timedelta(days=1, hours=1)
    assert use_cases.purger().run(clock.now()).finished == 1
    assert (files(stores, image, 1), set(files(stores, image, 2))) == ({}, LEAN)


def test_it_stands_in_the_trail_who_made_the_revision(jobs: Jobs) -> None:
    image = jobs.shown()
    jobs.run(image.source.key)
    (decision,) = bootstrap.decisions().history(image.id)
    assert (decision.action, decision.actor.id, decision.actor.role) == (
        "revise",
        "backfill:first",
        "operator",
    )


def test_camera_raw_is_developed_anew_and_what_was_developed_before_goes(jobs: Jobs, stores: Stores) -> None:
    image = jobs.shown(raw(preview_px=1800), content_type=TYPE)
    assert jobs.run(image.source.key) == ("Succeeded", "revised: revision 2")
    stores.s3.head_object(Bucket=ORIGINALS, Key=f"developed/{image.id}/2.jpg")
    going = {purge.what: purge.prefix for purge in bootstrap.decisions().purges(image.id)}
    assert going[Purged.DEVELOPED] == f"developed/{image.id}/1.jpg"
    assert set(files(stores, image, 2)) == LEAN


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.APPROVED, Status.PENDING_REVIEW}))
def test_what_is_not_shown_is_left_alone(jobs: Jobs, status: Status) -> None:
    image = jobs.shown()
    jobs.change(image, lambda present: replace(present, status=status, version=present.version + 1))
    assert jobs.run(image.source.key) == ("Succeeded", f"left_alone: {status}")
    assert row(image).rev == 1


def test_what_is_gone_or_was_never_an_image_s_fails_for_good(jobs: Jobs, stores: Stores) -> None:
    image = jobs.shown()
    unknown = image.source.key.replace(image.id, "01HZY0000000000000000000ZZ")
    keys = [unknown, "bulk/manifest.csv", "originals/ann/2026/01/02/", f"{image.source.key}x"]
    assert {jobs.run(key)[0] for key in keys} == {"PermanentFailure"}
    assert jobs.run(image.source.key, s3Bucket="another")[0] == "PermanentFailure"
    assert jobs.run(image.source.key, s3VersionId="another")[0] == "PermanentFailure"
    stores.s3.delete_object(
        Bucket=ORIGINALS, Key=image.source.key, VersionId=image.source.version_id or "null"
    )
    code, text = jobs.run(image.source.key)
    assert (code, text.split(":")[0]) == ("PermanentFailure", "not_found")
    assert row(image) == image


def test_an_original_that_the_decoder_gives_up_on_keeps_its_files_and_is_reported(
    jobs: Jobs, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = jobs.shown()

    def give_up(*_: object) -> None:
        raise DecoderLimitError

    monkeypatch.setattr(Decoder, "examine", give_up)
    assert jobs.run(image.source.key) == ("PermanentFailure", "refused: decoder_limit")
    assert row(image) == image
    assert set(files(stores, image, 1)) == LEAN


def test_an_original_that_is_refused_by_now_keeps_its_files_and_is_reported(
    jobs: Jobs, stores: Stores, set_stage: Any, monkeypatch: pytest.MonkeyPatch, decoder: Decoder
) -> None:
    image = jobs.shown()
    set_stage(MAX_PIXELS="1000")
    monkeypatch.setattr(bootstrap, "raw_decoder", lambda: decoder)
    code, text = jobs.run(image.source.key)
    assert (code, text) == ("PermanentFailure", "refused: too_many_pixels")
    assert row(image) == image
    assert set(files(stores, image, 1)) == LEAN


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda present: present.withdrawn(Status.TAKEN_DOWN, T0, MediaKey("f" * 32)),
        lambda present: present.changed(rev=2),
        lambda present: present.changed(data_mining=DataMining.ALLOWED),
    ],
)
def test_an_image_that_changes_meanwhile_is_tried_again_and_never_overwritten(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch, decoder: Decoder, meanwhile: Any
) -> None:
    image = jobs.shown()
    real = decoder.metadata

    def changing(path: Any) -> Any:
        jobs.change(image, meanwhile)
        return real(path)

    monkeypatch.setattr(decoder, "metadata", changing)
    code, _ = jobs.run(image.source.key)
    assert code == "TemporaryFailure"
    assert row(image) == meanwhile(image)
    assert jobs.asked_for_vectors() == []


def test_new_words_do_not_stop_it_and_are_kept(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch, decoder: Decoder
) -> None:
    image = jobs.shown()
    real = decoder.metadata

    def edited(path: Any) -> Any:
        jobs.change(image, lambda present: present.changed(title="Better"))
        return real(path)

    monkeypatch.setattr(decoder, "metadata", edited)
    assert jobs.run(image.source.key)[0] == "Succeeded"
    assert (row(image).title, row(image).rev) == ("Better", 2)


def test_a_store_that_is_overloaded_is_tried_again_and_a_bug_is_raised(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = jobs.shown()

    def failing(code: str) -> None:
        def download(*_: object) -> None:
            raise ClientError({"Error": {"Code": code}}, "GetObject")

        monkeypatch.setattr(bootstrap.originals(), "download", download, raising=False)

    failing("SlowDown")
    assert jobs.run(image.source.key)[0] == "TemporaryFailure"
    failing("AccessDenied")
    with pytest.raises(ClientError):
        jobs.run(image.source.key)


def test_two_calls_with_the_same_task_at_the_same_time_make_one_revision(
    real_jobs: Jobs,
) -> None:
    image = real_jobs.shown(jpeg(700, 500))
    both, ended = Barrier(2), []

    def call() -> None:
        both.wait()
        ended.append(real_jobs.run(image.source.key)[0])

    calls = [Thread(target=call) for _ in range(2)]
    for one in calls:
        one.start()
    for one in calls:
        one.join()
    assert ended == ["Succeeded", "Succeeded"]
    assert (row(image).rev, row(image).version) == (2, image.version + 1)
