"""Training of the demo model."""

from __future__ import annotations

from pathlib import Path

MODEL_FOLDER = Path(__file__).resolve().parents[2] / "layers" / "model_demo" / "models" / "demo"
"""Where the trained model is shipped."""
