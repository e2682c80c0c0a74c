"""Checkpoints and models of random weights, small enough to make in a second."""

from __future__ import annotations

from pathlib import Path

from encoders.catalogue import RECIPES
from encoders.export import export
from encoders.vocabulary import Vocabulary
from tools.random_clip import SMALL, write_checkpoint

RECIPE = RECIPES["clip-vit-l-14"]
FEW_WORDS = Vocabulary(
    tags={
        "car": ("a photo of a car.", "a car"),
        "night": ("a photo at night.", "night"),
        "mountains": ("a photo of mountains.", "mountains"),
        "ocean": ("a photo of the ocean.", "the ocean"),
    },
    categories={"nature": ("a photo of nature.",), "people": ("a photo of people.",)},
    neutral=("a photo.", "a picture."),
)


def made_model(folder: Path) -> Path:
    """A checkpoint in ``folder`` and the model that is exported from it, which is the answer."""
    write_checkpoint(folder / "checkpoint", SMALL)
    export(RECIPE, folder / "checkpoint", folder / "model", FEW_WORDS, lambda _step: None)
    return folder / "model"
