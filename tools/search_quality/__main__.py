"""Measures how good the search is, and fails if it is worse than it was.

    .venv/bin/python -m tools.search_quality [--scenes 200] [--photos DIR] [--write]

A thousand scenes that the model never saw are indexed as the pipeline would, and asked for through the
search that the API uses: by captions of other scenes, by words that no caption has, by colour, by likeness.
``PHOTOS=dir`` (or ``--photos``) adds real photos with titles.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from lumenstock.kernel.errors import ConfigurationError
from tools.search_quality import HELD_OUT_SEEDS, QUERY_SEEDS
from tools.search_quality.baseline import PAGE, faults, read_baseline, write
from tools.search_quality.measure import Figure, measure
from tools.train_demo import MODEL_FOLDER


def main() -> int:
    """Print the table; 1 if a figure is not accepted."""
    asked = _asked()
    every = asked.scenes == len(HELD_OUT_SEEDS)
    embedder = OnnxEmbedder(MODEL_FOLDER)
    queries = QUERY_SEEDS[: asked.scenes // 2]
    try:
        figures = measure(embedder, HELD_OUT_SEEDS[: asked.scenes], queries, asked.photos)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 2
    before = read_baseline() if every else {}
    _show(figures, before)
    if not every:
        print("Fewer scenes answer otherwise: nothing was held against the baseline.")
        return 0
    if asked.write:
        write(embedder.manifest.id, figures)
        print(f"written to {PAGE.name}")
        before = {}
    found = faults(figures, before)
    print("\n".join(f"✗ {fault}" for fault in found) or "✓ every figure is accepted")
    return 1 if found else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tools.search_quality", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scenes", type=int, choices=range(100, 1001), metavar="100…1000", default=1000)
    parser.add_argument("--photos", type=Path, default=os.environ.get("PHOTOS") or None)
    parser.add_argument("--write", action="store_true", help="make this the baseline and write its page")
    return parser.parse_args()


def _show(figures: tuple[Figure, ...], before: dict[str, float]) -> None:
    print(f"{'':48} value  before  accepted from")
    for figure in figures:
        known, least = before.get(figure.name), figure.least
        print(
            f"{figure.name:48} {figure.value:.3f}  {'' if known is None else format(known, '.3f'):6}"
            f"  {'' if least is None else format(least, '.3f')}"
        )


if __name__ == "__main__":
    sys.exit(main())
