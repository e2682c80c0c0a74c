"""Fetching from a hub that behaves, and from one that does not; the lock holds what came first."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from encoders.checkpoint import CONFIG, WEIGHTS, Checkpoint
from encoders.errors import (
    HubError,
    HubRefusedError,
    HubUnreachableError,
    LockError,
    ModelError,
    NotInHubError,
    WrongFileError,
)
from encoders.hub import fetch
from encoders.lock import Lock
from tests.encoders.hub import Hub, cut_after, status
from tests.encoders.made import RECIPE

Fetch = Callable[[], bool]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "fetched"


@pytest.fixture
def lock(tmp_path: Path) -> Lock:
    return Lock(tmp_path / "models.lock")


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def bring(hub: Hub, folder: Path, lock: Lock, waits: list[float]) -> Fetch:
    return lambda: fetch(
        RECIPE, folder, lock, hub=hub.url, sleep=waits.append, on_bytes=lambda _name, _have, _whole: None
    )


def test_the_first_fetch_brings_every_file_and_writes_the_lock(
    bring: Fetch, hub: Hub, folder: Path, lock: Lock
) -> None:
    assert bring()
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == hub.files
    assert set(lock.files(RECIPE) or ()) == set(RECIPE.files)
    lock.check(RECIPE, folder)
    assert Checkpoint.open(folder).config.projection_dim == 768


def test_what_is_there_is_not_fetched_again(bring: Fetch, hub: Hub) -> None:
    bring()
    hub.asked.clear()
    assert not bring()
    assert not hub.asked


def test_a_file_that_was_changed_here_is_fetched_again(bring: Fetch, hub: Hub, folder: Path) -> None:
    bring()
    (folder / CONFIG).write_text("{}")
    bring()
    assert (folder / CONFIG).read_bytes() == hub.files[CONFIG]


def test_another_file_than_the_locked_one_is_thrown_away(
    bring: Fetch, hub: Hub, folder: Path, lock: Lock
) -> None:
    bring()
    was = lock.files(RECIPE)
    hub.files[WEIGHTS] += b"more"
    (folder / WEIGHTS).unlink()
    with pytest.raises(WrongFileError, match="the lock names"):
        bring()
    assert not list(folder.glob(f"{WEIGHTS}*"))
    assert lock.files(RECIPE) == was


@pytest.mark.parametrize("name", [CONFIG, WEIGHTS])
def test_at_the_first_fetch_the_hub_s_own_digest_decides(
    bring: Fetch, hub: Hub, name: str, lock: Lock
) -> None:
    hub.spoilt = name
    with pytest.raises(WrongFileError, match="the hub names"):
        bring()
    assert lock.files(RECIPE) is None


def test_a_hub_that_answers_for_another_commit_is_not_believed(bring: Fetch, hub: Hub) -> None:
    hub.commit = "0" * 40
    with pytest.raises(WrongFileError, match="not asked for"):
        bring()


def test_a_cut_file_goes_on_where_it_was_cut(bring: Fetch, hub: Hub, waits: list[float]) -> None:
    hub.faults[WEIGHTS] = [cut_after(200_000)]
    bring()
    assert 0 < max(hub.starts) <= 200_000
    assert len(waits) == 1


def test_a_cut_file_goes_on_in_the_next_run(bring: Fetch, hub: Hub, folder: Path, waits: list[float]) -> None:
    hub.faults[WEIGHTS] = [cut_after(200_000), *[status(503)] * 4]
    with pytest.raises(HubUnreachableError, match="What has arrived is kept"):
        bring()
    assert 0 < (folder / f"{WEIGHTS}.part").stat().st_size <= 200_000
    assert waits == [1, 2, 4, 8]
    bring()
    assert max(hub.starts) > 0
    assert (folder / WEIGHTS).read_bytes() == hub.files[WEIGHTS]


def test_a_hub_that_knows_no_ranges_sends_all_again(bring: Fetch, hub: Hub, folder: Path) -> None:
    hub.faults[WEIGHTS] = [cut_after(200_000)]
    hub.ranges = False
    bring()
    assert (folder / WEIGHTS).read_bytes() == hub.files[WEIGHTS]


def test_a_part_that_is_longer_than_the_file_is_begun_anew(bring: Fetch, hub: Hub, folder: Path) -> None:
    folder.mkdir()
    (folder / f"{CONFIG}.part").write_bytes(hub.files[CONFIG] + b"of something else")
    bring()
    assert (folder / CONFIG).read_bytes() == hub.files[CONFIG]


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
def test_what_passes_by_itself_is_tried_again(bring: Fetch, hub: Hub, waits: list[float], code: int) -> None:
    hub.faults[CONFIG] = [status(code)] * 2
    bring()
    assert waits == [1, 2]


@pytest.mark.parametrize(
    ("code", "error", "told"),
    [
        (401, HubRefusedError, "not public"),
        (403, HubRefusedError, "not public"),
        (404, NotInHubError, "does not exist"),
        (400, HubRefusedError, "with 400"),
        (503, HubUnreachableError, "5 attempts.*status 503"),
    ],
)
def test_every_refusal_is_told_by_its_cause(
    bring: Fetch, hub: Hub, lock: Lock, code: int, error: type[ModelError], told: str
) -> None:
    hub.faults[CONFIG] = [status(code)] * 5
    with pytest.raises(error, match=told):
        bring()
    assert lock.files(RECIPE) is None


def test_a_file_that_the_repository_lacks_is_named(bring: Fetch, hub: Hub) -> None:
    del hub.files["merges.txt"]
    with pytest.raises(NotInHubError, match=r"merges\.txt does not exist \(EntryNotFound\)"):
        bring()


def test_a_hub_that_does_not_answer_is_named(folder: Path, lock: Lock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(HubUnreachableError, match=r"127\.0\.0\.1 did not deliver"):
        fetch(
            RECIPE,
            folder,
            lock,
            hub=f"http://127.0.0.1:{port}",
            sleep=lambda _s: None,
            on_bytes=lambda _name, _have, _whole: None,
        )


def test_a_folder_that_cannot_be_written_is_told(bring: Fetch, folder: Path) -> None:
    (folder / f"{CONFIG}.part").mkdir(parents=True)
    with pytest.raises(HubError, match="cannot be written"):
        bring()


def test_a_lock_of_another_revision_is_not_overruled(bring: Fetch, tmp_path: Path) -> None:
    bring()
    path = tmp_path / "models.lock"
    locked = json.loads(path.read_text())
    locked[RECIPE.name]["revision"] = "0" * 40
    path.write_text(json.dumps(locked))
    with pytest.raises(LockError, match="Remove the entry if that change is meant"):
        bring()


@pytest.mark.parametrize("content", ["", "{", '{"clip-vit-l-14": {}}'])
def test_a_broken_lock_is_no_empty_lock(bring: Fetch, tmp_path: Path, content: str) -> None:
    (tmp_path / "models.lock").write_text(content)
    with pytest.raises(LockError, match="cannot be read"):
        bring()


def test_other_models_keep_their_entries(bring: Fetch, tmp_path: Path) -> None:
    other = {"repository": "a/b", "revision": "1", "files": {"f": {"sha256": "0" * 64, "size": 1}}}
    (tmp_path / "models.lock").write_text(json.dumps({"other": other}))
    bring()
    assert json.loads((tmp_path / "models.lock").read_text())["other"] == other


@pytest.mark.parametrize("fault", ["missing", "changed"])
def test_a_fetched_folder_is_held_against_the_lock(
    bring: Fetch, folder: Path, lock: Lock, fault: str
) -> None:
    bring()
    if fault == "missing":
        (folder / WEIGHTS).unlink()
    else:
        with (folder / WEIGHTS).open("r+b") as file:
            file.seek(-1, 2)
            file.write(b"\x01")
    with pytest.raises(WrongFileError, match=WEIGHTS):
        lock.check(RECIPE, folder)


def test_before_the_first_fetch_there_is_nothing_to_hold_against(lock: Lock, folder: Path) -> None:
    with pytest.raises(LockError, match="models fetch clip-vit-l-14"):
        lock.check(RECIPE, folder)
