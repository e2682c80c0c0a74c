"""Where a run of the ingest machine goes, and what each task is given on the way."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from functions.ingest.payloads import checked_json, checked_of, derived_json, derived_of, plan_of
from lumenstock.catalog.marks import MarkId
from lumenstock.catalog.reasons import ReasonCode
from lumenstock.imaging.formats import Format
from lumenstock.imaging.renditions import Encoding
from lumenstock.imaging.rights import Rights
from lumenstock.ingest import refusals
from lumenstock.ingest.plan import Checked, Derived, Plan
from lumenstock.kernel.ids import ImageId, MediaKey
from tests.statemachines.interpreter import JSONATA, ROOT, Jsonata, Lambda, Machine, QueryEvaluationError

IMAGE = ImageId("01HZY0000000000000000000A1")
GIVEN = {"image_id": IMAGE, "bucket": "originals", "key": "originals/ann/2026/01/02/a.jpg"}
PLAN = Plan(
    key="originals/" + "a" * 128 + "/2026/01/02/01HZY0000000000000000000A1.jpg",
    version_id="v" * 1024,
    rev=1,
    media_key=MediaKey("ab" * 16),
    sha256="00" * 32,
    format=Format.JPEG,
    width_px=30_000,
    height_px=5000,
    groups=(("512", "300"),),
    marked=("1024",),
    encodings=(Encoding.WEBP,),
    rights=Rights("Ann", "© 2026 Ann", "https://market.example/licence", "DMI-PROHIBITED"),
    mark=MarkId("ab" * 6),
)
RAW_PLAN = replace(PLAN, format=Format.DNG, kind="raw", width_px=0, height_px=0, groups=(), marked=())
RAW = Checked(ok=True, image_id=IMAGE, rev=1, plan=RAW_PLAN)
DEVELOPED = Checked(
    ok=True,
    image_id=IMAGE,
    rev=1,
    plan=replace(PLAN, format=Format.DNG, kind="raw", developed="developed/01HZY0000000000000000000A1/1.jpg"),
)
ACCEPTED = Checked(ok=True, image_id=IMAGE, rev=1, plan=PLAN)
MADE = {"ok": True, "renditions": ["x"], "reasons": []}
BROKEN = Derived(ok=False, reasons=(refusals.damaged(), refusals.decoder_limit()))


@pytest.fixture(scope="module")
def jsonata() -> Iterator[Jsonata]:
    if not (shutil.which("node") and JSONATA.exists()):
        pytest.skip("needs Node and the packages of package-lock.json (npm ci)")
    with Jsonata() as jsonata:
        yield jsonata


class Calls:
    """Stand-ins for the functions: they note what they are given and answer as told."""

    def __init__(self, checked: Checked, **answers: Any) -> None:
        self.given: dict[str, list[Any]] = {
            name: [] for name in ("validate", "develop", "render", "watermark", "metadata", "record")
        }
        self._answers = {
            "validate": checked_json(checked),
            "develop": checked_json(DEVELOPED),
            "render": MADE,
            "watermark": MADE,
            "metadata": {"ok": True},
            "record": {"status": "processing"},
            **answers,
        }

    def functions(self) -> dict[str, Lambda]:
        return {name: lambda payload, name=name: self._call(name, payload) for name in self.given}  # type: ignore[misc]

    def _call(self, name: str, payload: Any) -> Any:
        self.given[name].append(payload)
        answer = self._answers[name]
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def machine(jsonata: Jsonata, calls: Calls) -> Machine:
    definition = json.loads((ROOT / "statemachines/ingest.asl.json").read_text())
    return Machine(definition, jsonata, calls.functions())


@pytest.mark.parametrize("groups", [(("512", "300"),), (("512",), ("300",)), (("300",),), ()])
def test_an_accepted_picture_is_derived_and_recorded(
    jsonata: Jsonata, groups: tuple[tuple[str, ...], ...]
) -> None:
    checked = replace(ACCEPTED, plan=replace(PLAN, groups=groups))
    calls = Calls(checked)
    assert machine(jsonata, calls).run(GIVEN) == {"status": "processing"}
    assert calls.given["validate"] == [GIVEN]
    assert [tuple(payload["group"]) for payload in calls.given["render"]] == list(groups)
    everyone = [*calls.given["render"], *calls.given["watermark"], *calls.given["metadata"]]
    assert {payload["image_id"] for payload in everyone} == {IMAGE}
    assert all(plan_of(payload) == checked.plan for payload in everyone)
    (recorded,) = calls.given["record"]
    assert checked_of(recorded) == checked
    assert [derived_json(part) for part in derived_of(recorded)] == [MADE] * (len(groups) + 1)


def test_a_refusal_goes_straight_to_the_record_with_all_reasons(jsonata: Jsonata) -> None:
    refused = Checked(
        ok=False, image_id=IMAGE, rev=1, reasons=(refusals.animated(2), refusals.trailing_data(10**6))
    )
    calls = Calls(refused, record={"status": "rejected"})
    assert machine(jsonata, calls).run(GIVEN) == {"status": "rejected"}
    (recorded,) = calls.given["record"]
    assert (checked_of(recorded), derived_of(recorded)) == (refused, [])
    assert calls.given["render"] == calls.given["watermark"] == calls.given["metadata"] == []


def test_camera_raw_is_developed_first_and_all_tasks_see_the_complete_plan(jsonata: Jsonata) -> None:
    calls = Calls(RAW)
    run = machine(jsonata, calls)
    assert run.run(GIVEN) == {"status": "processing"}
    (given,) = calls.given["develop"]
    assert (given["image_id"], plan_of(given)) == (IMAGE, RAW_PLAN)
    everyone = [*calls.given["render"], *calls.given["watermark"], *calls.given["metadata"]]
    assert len(everyone) == 3
    assert all(plan_of(payload) == DEVELOPED.plan for payload in everyone)
    (recorded,) = calls.given["record"]
    assert checked_of(recorded) == DEVELOPED


def test_camera_raw_that_cannot_be_developed_is_refused(jsonata: Jsonata) -> None:
    refused = Checked(ok=False, image_id=IMAGE, rev=1, reasons=(refusals.damaged(),))
    calls = Calls(RAW, develop=checked_json(refused), record={"status": "rejected"})
    assert machine(jsonata, calls).run(GIVEN) == {"status": "rejected"}
    (recorded,) = calls.given["record"]
    assert (checked_of(recorded), calls.given["render"]) == (refused, [])


def test_a_picture_is_not_developed(jsonata: Jsonata) -> None:
    calls = Calls(ACCEPTED)
    machine(jsonata, calls).run(GIVEN)
    assert calls.given["develop"] == []


def test_where_there_is_nothing_to_do_nothing_is_done(jsonata: Jsonata) -> None:
    calls = Calls(Checked(ok=False, image_id=IMAGE))
    run = machine(jsonata, calls)
    run.run(GIVEN)
    assert run.visited == ["Validate", "Accepted", "NothingToDo"]
    assert calls.given["record"] == []


@pytest.mark.parametrize("name", ["render", "watermark"])
def test_a_refusal_of_a_decode_is_recorded_and_not_retried(jsonata: Jsonata, name: str) -> None:
    calls = Calls(ACCEPTED, **{name: derived_json(BROKEN)})
    machine(jsonata, calls).run(GIVEN)
    assert len(calls.given[name]) == 1
    (recorded,) = calls.given["record"]
    assert BROKEN in derived_of(recorded)


@pytest.mark.parametrize("name", ["validate", "develop", "render", "watermark", "metadata", "record"])
def test_a_fault_is_tried_once_more_and_then_fails_the_run(jsonata: Jsonata, name: str) -> None:
    healthy = {
        "validate": checked_json(RAW),
        "develop": checked_json(DEVELOPED),
        "metadata": {"ok": True},
        "record": {"status": "processing"},
    }
    once = Calls(RAW, **{name: [RuntimeError("S3 is down"), healthy.get(name, MADE)]})
    machine(jsonata, once).run(GIVEN)
    assert (len(once.given[name]), len(once.given["record"])) == (2, 2 if name == "record" else 1)
    twice = Calls(RAW, **{name: [RuntimeError("S3 is down")] * 2})
    with pytest.raises(RuntimeError):
        machine(jsonata, twice).run(GIVEN)
    assert len(twice.given[name]) == 2


def test_an_answer_of_another_shape_fails_the_run(jsonata: Jsonata) -> None:
    calls = Calls(ACCEPTED, validate={"image_id": IMAGE})
    with pytest.raises(QueryEvaluationError):
        machine(jsonata, calls).run(GIVEN)


def test_no_state_is_given_32_kb(jsonata: Jsonata) -> None:
    worst = tuple(replace(refusals.damaged(), code=code, text="x" * 300) for code in ReasonCode)
    accepted = machine(jsonata, Calls(ACCEPTED, watermark=derived_json(Derived(ok=False, reasons=worst))))
    refused = machine(jsonata, Calls(Checked(ok=False, image_id=IMAGE, rev=1, reasons=worst)))
    for run in (accepted, refused):
        run.run(GIVEN)
        assert 0 < run.largest_input < 32_000
