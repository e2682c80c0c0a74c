"""Task: the clean files of one render group, from one decode."""

from __future__ import annotations

from typing import Any

from functions.ingest.payloads import Payload, derived_json, plan_of
from functions.runtime.task import decoder_memory, task
from lumenstock import bootstrap
from lumenstock.ingest.derive import derive


@task("rendered", lambda: decoder_memory(bootstrap.decoder()))
def handler(payload: Payload) -> dict[str, Any]:
    """Input: ``{image_id, plan, group}``. Answer: :class:`lumenstock.ingest.plan.Derived`."""
    originals, derivatives, decoder = bootstrap.originals(), bootstrap.derivatives(), bootstrap.decoder()
    return derived_json(derive(originals, derivatives, decoder, plan_of(payload), payload["group"]))
