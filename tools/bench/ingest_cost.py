"""What taking in a million photos costs, line by line: counted calls and measured seconds times prices.

The calls are those of one generated 12-megapixel photo through the real functions, from the announcement to
the index. Seconds are CPU time on this machine. Standard error has every line, and two larger totals: with
the API's request, logs and traces; and with what functions wait for AWS, by tools/billing/prices.json.
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.billing.bill import BESIDE, Line, bill, totals
from tools.one_photo import Marketplace, Step
from tools.photograph import made_photos

RUNS = 5


def typical(folder: Path) -> list[Step]:
    """The steps of a warm run, each with the median CPU time of several."""
    (photo,) = made_photos(folder, 1)
    market = Marketplace(folder / "index")
    runs = [market.take_in(photo) for _ in range(1 + RUNS)][1:]
    market.close()
    return [
        Step(
            step.function,
            statistics.median(run[number].cpu_s for run in runs),
            step.units,
            step.calls,
            step.log_bytes,
        )
        for number, step in enumerate(runs[-1])
    ]


def show(lines: list[Line]) -> float:
    """Print the bill; the sum of the pipeline's part."""
    for line in lines:
        row = f"{line.usd_per_million:8.2f}  {line.units:12.4f} × {line.name:20} {line.source}"
        print(row, file=sys.stderr)
    for name, usd in totals(lines).most_common():
        print(f"{usd:8.2f}  {name}", file=sys.stderr)
    return sum(line.usd_per_million for line in lines if line.name not in BESIDE)


def main() -> None:
    """Measure, print."""
    with TemporaryDirectory() as folder:
        steps = typical(Path(folder))
    lines = bill(steps)
    total = show(lines)
    whole = sum(line.usd_per_million for line in lines)
    waited = sum(line.usd_per_million for line in bill(steps, waiting=True))
    print(f"{total:8.2f}  the pipeline, measured", file=sys.stderr)
    print(f"{whole:8.2f}  with the API's request, logs and traces", file=sys.stderr)
    print(f"{waited:8.2f}  and with the assumed waits for AWS", file=sys.stderr)
    print(json.dumps({"bench": "ingest.lean.usd_per_million", "value": round(total, 2), "unit": "$"}))


if __name__ == "__main__":
    main()
