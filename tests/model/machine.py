"""The ingest machine in this process: the way of its definition through the real handlers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from functions.ingest import develop, metadata, record, render, validate, watermark
from lumenstock.adapters.aws.machine import Execution
from tests.model.crashes import Killed, Knife


class TaskFailedError(Exception):
    """A task failed on both of its attempts."""


@dataclass
class InProcessMachine:
    """The way of statemachines/ingest.asl.json through the handlers; each is a process, tried twice."""

    knife: Knife

    def run(self, task: dict[str, Any]) -> Execution:
        try:
            self._run(task)
        except TaskFailedError as failure:
            return Execution(succeeded=False, cause=str(failure))
        return Execution(succeeded=True, cause="")

    def _run(self, task: dict[str, Any]) -> None:
        checked = self._task("validate", validate.handler, task)
        if checked["ok"] and checked["plan"]["kind"] == "raw":
            planned = {"image_id": task["image_id"], "plan": checked["plan"]}
            checked = self._task("develop", develop.handler, planned)
        recorded = {"image_id": task["image_id"], "checked": checked, "rendered": [], "watermarked": None}
        if not checked["ok"]:
            if checked["reasons"]:
                self._task("record", record.handler, recorded)
            return
        given = {"image_id": task["image_id"], "plan": checked["plan"]}
        recorded["rendered"] = [
            self._task("render", render.handler, {**given, "group": group})
            for group in checked["plan"]["groups"]
        ]
        recorded["watermarked"] = self._task("watermark", watermark.handler, given)
        self._task("metadata", metadata.handler, given)
        self._task("record", record.handler, recorded)

    def _task(self, name: str, handler: Callable[[Any, object], Any], payload: Any) -> Any:
        given = json.dumps(payload)
        for _ in range(2):
            try:
                with self.knife.process(name):
                    return json.loads(json.dumps(handler(json.loads(given), None)))
            except (Exception, Killed):  # noqa: BLE001 - States.ALL
                continue
        raise TaskFailedError(name)
