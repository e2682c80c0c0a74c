"""What a photo costs: counted units and measured seconds, times the price table of this folder."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from functions.manifest import FUNCTIONS
from infra.config import StageConfig
from tools.one_photo import Step

TABLE = json.loads(Path(__file__).with_name("prices.json").read_text())
PRICES: Mapping[str, float] = TABLE["per_unit"]
WAITS_S: Mapping[str, float] = TABLE["waits_s"]
ASSUMED: Mapping[str, float] = TABLE["assumed"]

_MEMORY_MIB = {spec.name: spec.memory_mib for spec in FUNCTIONS}
_STREAM_BATCH = 100
# What the API and watching cost: shown beside the total of the pipeline, which is the figure with a goal.
BESIDE = frozenset({"http_api.request", "logs.byte", "xray.trace"})
_BRANCHES = ("ingest-render", "ingest-watermark", "ingest-metadata")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the bill of one photo.

    Attributes:
        name: What is billed, as in prices.json.
        source: The function, or what does it without a call of ours.
        units: Billed units.
    """

    name: str
    source: str
    units: float

    @property
    def usd_per_million(self) -> float:
        """For a million photos."""
        return self.units * PRICES[self.name] * 1e6


def bill(steps: Sequence[Step], stage: str = "prod", *, waiting: bool = False) -> list[Line]:
    """All lines of one photo on a busy stage, on which queues and stream fill their batches.

    Args:
        steps: What its functions used.
        stage: Whose batch sizes count.
        waiting: Whether the functions also wait for AWS, by the assumed times, or take only measured seconds.
    """
    config = StageConfig.load(stage)
    calls_of: dict[str, float] = defaultdict(lambda: 1.0)
    calls_of["ingest-dispatch"] = 1 / config.ingest.batch_size
    calls_of["embed-live"] = 1 / config.embed_live.batch_size
    changes = sum(step.calls["changes"] for step in steps)
    calls_of["indexer-stream"] = changes / _STREAM_BATCH
    seconds = {step.function: _seconds(step, waiting=waiting) for step in steps}
    machine_s = _machine_s(seconds, waiting=waiting)
    seconds["ingest-dispatch"] += machine_s * calls_of["ingest-dispatch"]
    lines = [Line(name, step.function, units) for step in steps for name, units in step.units.items()]
    for step in steps:
        function, share = step.function, calls_of[step.function]
        lines += [
            Line("lambda.request", function, share),
            Line("lambda.gb_s", function, seconds[function] * _MEMORY_MIB[function] / 1024),
            Line("logs.byte", function, step.log_bytes + share * ASSUMED["platform_log_bytes"]),
        ]
    lines += [
        Line("http_api.request", "uploads-api", 1),
        Line("events.from_s3", "Object Created", 1),
        Line("express.gb_s", "ingest machine", machine_s * ASSUMED["express_memory_gb"]),
        Line("sqs.request", "ingest queue: sent, polled, deleted", 1 + 2 / config.ingest.batch_size),
        Line("sqs.request", "embed queue: polled, deleted", 2 / config.embed_live.batch_size),
        Line("xray.trace", "sampled requests and executions", 2 * ASSUMED["traced_share"]),
    ]
    return sorted(lines, key=lambda line: -line.usd_per_million)


def _seconds(step: Step, *, waiting: bool) -> float:
    """How long a function runs for one photo: CPU at its share of a core, and what it waits for."""
    cpu_s = step.cpu_s * max(1.0, ASSUMED["vcpu_mib"] / _MEMORY_MIB[step.function])
    if not waiting:
        return cpu_s
    return cpu_s + sum(count * WAITS_S[kind] for kind, count in step.calls.items() if kind in WAITS_S)


def _machine_s(seconds: Mapping[str, float], *, waiting: bool) -> float:
    """How long an execution takes: its branches run side by side."""
    transitions_s = 6 * WAITS_S["transition"] if waiting else 0
    longest = max(seconds[name] for name in _BRANCHES)
    return seconds["ingest-validate"] + longest + seconds["ingest-record"] + transitions_s


def totals(lines: Sequence[Line]) -> Counter[str]:
    """Dollars a million photos by what is billed, largest first."""
    found: Counter[str] = Counter()
    for line in lines:
        found[line.name] += line.usd_per_million  # type: ignore[assignment]
    return found
