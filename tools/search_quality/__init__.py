"""How good the search is: measured on scenes that the model never saw, held against a baseline."""

from __future__ import annotations

HELD_OUT_SEEDS = range(9_000_000, 9_001_000)
"""Scenes that are looked for."""

QUERY_SEEDS = range(9_100_000, 9_100_500)
"""Scenes whose captions are the questions. They are not indexed: no picture is found by its own words."""
