"""Captioned scenes, painted from a seed: the demo's pictures and the demo model's training data."""

from tools.scenes.generator import TRAINING_SEEDS, Scene, scene

__all__ = ["TRAINING_SEEDS", "Scene", "scene"]
