"""The models that can be fetched: where each comes from, pinned, and what must be said of it."""

from __future__ import annotations

from dataclasses import dataclass

from encoders import checkpoint
from encoders.errors import ModelError


class UnknownModelError(ModelError):
    """No recipe has that name."""

    code, title = "unknown_model", "Unknown model"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is made from a public checkpoint.

    Attributes:
        version: Of the recipe; rises when vectors change, because vectors of two versions never meet.
        repository: Name in the hub.
        revision: Commit of that repository, 40 hex digits: a branch could move.
        files: What is fetched of it.
        visual_weight: Weight of the semantic leg in the fusion, in [0, 1].
        licence: SPDX name and attribution.
        notice: What whoever shows or ships the model must say.
    """

    name: str
    version: str
    repository: str
    revision: str
    files: tuple[str, ...]
    visual_weight: float
    licence: str
    notice: str

    @property
    def source(self) -> str:
        """``repository@revision``."""
        return f"{self.repository}@{self.revision}"


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="clip-vit-l-14",
            version="1",
            repository="openai/clip-vit-large-patch14",
            revision="32bd64288804d66eefd0ccbe215aa642df71cc41",
            # The weights as safetensors: a pickle could run code. What the export itself does not read is for
            # the oracle that the export is compared with.
            files=(
                *checkpoint.FILES,
                "merges.txt",
                "special_tokens_map.json",
                "tokenizer_config.json",
                "vocab.json",
            ),
            visual_weight=0.5,
            licence="MIT (OpenAI, https://github.com/openai/CLIP)",
            notice=(
                "CLIP ViT-L/14 of OpenAI, exported to ONNX. Its model card calls it a research output and "
                "any deployed use out of scope until it was tested in place; it knows English only and "
                "carries the biases of pictures and captions from the web. Its words are the model's own "
                "odds, not shares that were measured on labelled pictures."
            ),
        ),
    )
}


def recipe(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        UnknownModelError: There is none.
    """
    try:
        return RECIPES[name]
    except KeyError:
        message = f"There is no model {name}; there are {', '.join(RECIPES)}."
        raise UnknownModelError(message) from None
