"""Broken files through the handlers: no crash, no time-out, no refusal without a code. Thousands: tests/e2e."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import pytest

from functions.ingest import develop, render, validate, watermark
from lumenstock import bootstrap
from lumenstock.imaging.decoder import Decoder
from tests.functions.ingest.conftest import T0, Pipeline
from tools.fuzz.mutation import FORMATS, mutants
from tools.fuzz.pipeline import image_of, through
from tools.fuzz.verdict import Verdict

FILES = int(os.environ.get("FUZZ_FILES", "200"))
SEED = int(os.environ.get("FUZZ_SEED", "20261121"))
HANDLERS = {"validate": validate, "develop": develop, "render": render, "watermark": watermark}


def call(name: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = HANDLERS[name].handler(payload, None)
    return answer


@pytest.mark.slow
@pytest.mark.timeout(max(300, FILES))
def test_no_broken_file_breaks_a_handler(
    pipeline: Pipeline, decoder: Decoder, capsys: pytest.CaptureFixture[str]
) -> None:
    verdict = Verdict()
    for mutant in mutants(SEED, FILES):
        try:
            verdict.add(
                mutant.number,
                through(mutant, image_of(mutant, "01HZYFUZZ0", T0), bootstrap.catalog(), pipeline.put, call),
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
            verdict.fault(mutant.number, error)
    verdict.peak_rss_bytes = decoder.peak_rss_bytes
    with capsys.disabled():
        print(f"\nseed {SEED}: {verdict}")  # noqa: T201 - the figures of the run
    assert verdict.good, verdict
    assert FILES // 20 < verdict.accepted < FILES * 9 // 10, "neither all nor none may be broken"


def test_a_mutant_is_made_again_from_its_number() -> None:
    twelve = list(mutants(7, 12))
    assert [mutant.format for mutant in twelve] == [*FORMATS, *FORMATS]
    assert list(mutants(7, 3, first=5)) == twelve[5:8]
    assert {mutant.body for mutant in mutants(8, 12)}.isdisjoint(mutant.body for mutant in twelve)


def test_a_refusal_without_a_reason_is_a_fault() -> None:
    verdict = Verdict()
    verdict.add(1, [{"ok": True, "reasons": []}])
    assert verdict.good
    verdict.add(2, [{"ok": False, "reasons": []}])
    assert not verdict.good
