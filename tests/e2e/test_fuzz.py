"""Broken files by the thousand through the deployed tasks: no crash, no time-out, no refusal without a code."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from lumenstock.adapters.aws.catalog import DynamoCatalog
from lumenstock.catalog.image import Image
from tests.e2e.stage import Stage
from tests.e2e.test_wiring import with_another_event_pattern
from tools.fuzz.mutation import mutants
from tools.fuzz.pipeline import image_of, through
from tools.fuzz.verdict import Verdict

FILES = int(os.environ.get("FUZZ_DEPLOYED", "1000"))
SEED = int(os.environ.get("FUZZ_SEED", "20261121"))
_PEAK_MB = re.compile(rb'"decoder_peak_mb": ?(\d+)')


class Tasks:
    """The tasks of a stage, called as the state machine calls them."""

    def __init__(self, cloud: Stage) -> None:
        """Of ``cloud``; nothing was measured yet."""
        self._cloud = cloud
        self.peak_rss_bytes = 0

    def call(self, name: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """Run a task; whatever ends it is raised."""
        answer = self._cloud.operator.functions.invoke(
            FunctionName=f"lumenstock-{self._cloud.name}-ingest-{name}",
            Payload=json.dumps(payload),
            LogType="Tail",
        )
        told: dict[str, Any] = json.load(answer["Payload"])
        # The local engine waits 50 ms for a call's lines, and answers without them if they take longer.
        peaks_mb = _PEAK_MB.findall(base64.b64decode(answer.get("LogResult", "")))
        self.peak_rss_bytes = max([self.peak_rss_bytes, *(int(peak) * 1_000_000 for peak in peaks_mb)])
        if "FunctionError" in answer:
            raise RuntimeError(name, told)
        return told

    def put(self, key: str, body: bytes) -> None:
        """Write an original."""
        self._cloud.operator.s3.put_object(Bucket=self._cloud.outputs["OriginalsBucket"], Key=key, Body=body)

    def forget(self, image: Image, body: bytes) -> None:
        """Leave no row that the sweeper finds, and no claim that a later run is a duplicate of."""
        gone = {
            "CatalogTable": f"IMG#{image.id}",
            "FingerprintsTable": f"SHA#{hashlib.sha256(body).hexdigest()}",
        }
        for table, name in gone.items():
            self._cloud.operator.dynamodb.delete_item(
                TableName=self._cloud.outputs[table], Key={"pk": {"S": name}, "sk": {"S": "A"}}
            )


@pytest.mark.timeout(max(600, FILES), func_only=True)
def test_no_broken_file_breaks_a_task(cloud: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    tasks, verdict, run = Tasks(cloud), Verdict(), secrets.token_hex(5).upper()
    names = [cloud.outputs[name] for name in ("CatalogTable", "FingerprintsTable")]
    catalog = DynamoCatalog(cloud.operator.dynamodb, *names)
    with with_another_event_pattern(cloud):  # what is put starts no pipeline of its own
        for mutant in mutants(SEED, FILES):
            image = image_of(mutant, run, datetime.now(UTC))
            try:
                verdict.add(mutant.number, through(mutant, image, catalog, tasks.put, tasks.call))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
                verdict.fault(mutant.number, error)
            tasks.forget(image, mutant.body)
    verdict.peak_rss_bytes = tasks.peak_rss_bytes
    assert verdict.peak_rss_bytes, "no task said how much memory a picture took"
    with capsys.disabled():
        print(f"\nseed {SEED}: {verdict}")  # noqa: T201 - the figures of the run
    assert verdict.good, verdict
    assert FILES // 20 < verdict.accepted < FILES * 9 // 10, "neither all nor none may be broken"
