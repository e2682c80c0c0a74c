"""Holds our export of CLIP against sentence-transformers, the oracle."""

from __future__ import annotations

from pathlib import Path

ANSWERS = Path(__file__).with_name("answers.json")
"""What the oracle said of the samples, with the checkpoint that `tools.random_clip` writes by seed 0."""
