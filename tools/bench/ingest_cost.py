"""What taking in a million photos costs, line by line: counted calls and measured seconds times prices.

The calls are those of generated 12-megapixel photos through the real functions, from the announcement to the
second look for near-duplicates a week later. Seconds are CPU time on this machine. Standard error has every
line, the sums by what is billed, what the three largest are made of, and larger totals: with the API's
request, logs and traces; with second looks; with the assumed waits of tools/billing/prices.json.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.bench import report
from tools.billing.bill import Line, a_photo, bill, totals
from tools.one_photo import Marketplace, Step
from tools.photograph import made_photos

QUESTIONED = 3
PHOTOS = 10  # as many as the queue of the dispatcher gives at once


def measured(folder: Path) -> list[Step]:
    """What each function used for one of several photos that came together, after one that warmed it up."""
    first, *photos = made_photos(folder, 1 + PHOTOS)
    market = Marketplace(folder / "index")
    market.take_in(first)
    steps = a_photo(market.take_in(*photos), PHOTOS)
    market.close()
    return steps


def show(lines: Sequence[Line]) -> float:
    """Print the bill; the sum of the pipeline's part."""
    for line in lines:
        row = f"{line.usd_per_million:8.2f}  {line.units:12.4f} × {line.name:20} {line.source}"
        print(row, file=sys.stderr)
    pipeline = [line for line in lines if not line.beside]
    sums = totals(pipeline).most_common()
    for name, usd in sums:
        print(f"{usd:8.2f}  {name}", file=sys.stderr)
    for name, _ in sums[:QUESTIONED]:
        print(f"          {name}: {', '.join(shares(pipeline, name))}", file=sys.stderr)
    return total(pipeline)


def total(lines: Iterable[Line]) -> float:
    """Dollars for a million photos."""
    return sum(line.usd_per_million for line in lines)


def shares(lines: Sequence[Line], name: str) -> list[str]:
    """Who uses what is billed as ``name``, the largest first."""
    return [f"{line.source} {line.units:.3g}" for line in lines if line.name == name]


def main() -> None:
    """Measure, print."""
    with TemporaryDirectory() as folder:
        steps = measured(Path(folder))
    lines = bill(steps)
    pipeline = show(lines)
    again = total(line for line in lines if line.afterwards)
    print(f"{pipeline:8.2f}  the pipeline, measured", file=sys.stderr)
    print(f"{total(lines) - again:8.2f}  with the API's request, logs and traces", file=sys.stderr)
    print(f"{total(lines):8.2f}  with two second looks for near-duplicates", file=sys.stderr)
    waited = total(bill(steps, waiting=True))
    print(f"{waited:8.2f}  and with the assumed waits for AWS", file=sys.stderr)
    report("ingest.lean.usd_per_million", round(pipeline, 2), "$")


if __name__ == "__main__":
    main()
