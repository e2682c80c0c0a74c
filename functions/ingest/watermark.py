"""Task: the marked files, from one decode, with the visible and the invisible mark."""

from __future__ import annotations

from typing import Any

from functions.ingest.payloads import Payload, derived_json, plan_of
from functions.runtime.task import decoder_memory, task
from lumenstock import bootstrap
from lumenstock.catalog.marks import payload_of
from lumenstock.ingest.derive import derive


@task("watermarked", lambda: decoder_memory(bootstrap.decoder()))
def handler(payload: Payload) -> dict[str, Any]:
    """Input: ``{image_id, plan}``. Answer: :class:`lumenstock.ingest.plan.Derived`."""
    plan = plan_of(payload)
    originals, derivatives, decoder = bootstrap.originals(), bootstrap.derivatives(), bootstrap.decoder()
    pattern = bootstrap.mark_key().pattern(payload_of(plan.mark))
    return derived_json(derive(originals, derivatives, decoder, plan, plan.marked, pattern))
