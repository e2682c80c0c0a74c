"""What a photo costs: counted units and measured seconds, times the price table of this folder.

On a busy stage: queues and stream fill their batches, and the steps are of photos that came together.
"""

from __future__ import annotations

import json
import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from functions.manifest import FUNCTIONS
from infra.config import Consumer, StageConfig
from lumenstock.ingest.second_look import AFTER
from tools.one_photo import Step

TABLE = json.loads(Path(__file__).with_name("prices.json").read_text())
PRICES: Mapping[str, float] = TABLE["per_unit"]
WAITS_S: Mapping[str, float] = TABLE["waits_s"]
ASSUMED: Mapping[str, float] = TABLE["assumed"]

_MEMORY_MIB = {spec.name: spec.memory_mib for spec in FUNCTIONS}
_STREAM_BATCH = 100
# What is shown beside the total of the pipeline, which is the figure with a goal: what the API and watching
# cost, and what happens a day and a week after a photo was taken in.
_BESIDE = frozenset({"http_api.request", "logs.byte", "xray.trace"})
_AFTERWARDS = "embed-second-look"
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
    def beside(self) -> bool:
        """Whether it is no part of the pipeline."""
        return self.name in _BESIDE or self.afterwards

    @property
    def afterwards(self) -> bool:
        """Whether it comes a day and a week later."""
        return self.source == _AFTERWARDS

    @property
    def usd_per_million(self) -> float:
        """For a million photos."""
        return self.units * PRICES[self.name] * 1e6


def a_photo(steps: Sequence[Step], photos: int) -> list[Step]:
    """What each function used for one of ``photos`` that went through it: the mean of what is counted.

    Of the measured seconds it is the median over the calls, since a busy machine only adds to them.
    """
    of: dict[str, list[Step]] = defaultdict(list)
    for step in steps:
        of[step.function].append(step)
    return [_mean(function, calls, photos) for function, calls in of.items()]


def _mean(function: str, calls: Sequence[Step], photos: int) -> Step:
    units: dict[str, float] = defaultdict(float)
    kinds: dict[str, float] = defaultdict(float)
    for call in calls:
        for name, count in call.units.items():
            units[name] += count / photos
        for name, count in call.calls.items():
            kinds[name] += count / photos
    cpu_s = statistics.median(call.cpu_s / call.photos for call in calls)
    share = sum(call.photos for call in calls) / photos
    return Step(function, 1, cpu_s * share, units, kinds, sum(call.log_bytes for call in calls) / photos)


def bill(steps: Sequence[Step], stage: str = "prod", *, waiting: bool = False) -> list[Line]:
    """All lines of one photo.

    Args:
        steps: What each function used for it: see :func:`a_photo`.
        stage: Whose batch sizes count.
        waiting: Whether the functions also wait for AWS, by the assumed times, or take only measured seconds.
    """
    config = StageConfig.load(stage)
    changes = sum(step.calls.get("changes", 0) for step in steps)
    events = sum(step.units.get("events.event", 0) for step in steps)
    calls_of: dict[str, float] = defaultdict(lambda: 1.0)
    calls_of |= {
        "ingest-dispatch": 1 / config.ingest.batch_size,
        "embed-live": 1 / config.embed_live.batch_size,
        "indexer-stream": changes / _STREAM_BATCH,
        "webhooks-deliver": events / config.webhooks.consumer.batch_size,
        _AFTERWARDS: len(AFTER) / ASSUMED["photos_an_hour"],
    }
    seconds = {step.function: _seconds(step, waiting=waiting) for step in steps}
    machine_s = _machine_s(seconds, waiting=waiting)
    seconds["ingest-dispatch"] += machine_s / config.ingest.batch_size
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
        _passed_on("ingest queue", 1, config.ingest, sent=1),
        _passed_on("embed queue", 1, config.embed_live, sent=0),  # sent by a call of ours
        _passed_on("webhooks queue", events, config.webhooks.consumer, sent=1),
        Line("xray.trace", "sampled requests and executions", 2 * ASSUMED["traced_share"]),
    ]
    return sorted(lines, key=lambda line: -line.usd_per_million)


def _passed_on(queue: str, messages: float, consumer: Consumer, *, sent: int) -> Line:
    """What a queue is billed without a call of ours: sent by a rule, polled and deleted in batches."""
    done = f"{queue}: {'sent, ' if sent else ''}polled, deleted"
    return Line("sqs.request", done, messages * (sent + 2 / consumer.batch_size))


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
