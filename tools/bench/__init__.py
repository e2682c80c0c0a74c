"""Benchmarks: ``make bench`` runs every module of this folder."""

from __future__ import annotations

import json


def report(name: str, value: float, unit: str) -> None:
    """Print one figure as its line on standard output, rounded to four decimals."""
    print(json.dumps({"bench": name, "value": round(value, 4), "unit": unit}), flush=True)
