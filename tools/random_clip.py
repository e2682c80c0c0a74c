"""CLIP checkpoints of random weights, in the hub's file layout: the architecture without the 1.7 GB.

They know nothing. What they are good for is what does not depend on knowledge: that a graph computes what the
original computes, and how long it takes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import BPE

from encoders.checkpoint import CONFIG, PREPROCESSING, TOKENIZER, WEIGHTS

BEGIN, END = "<|startoftext|>", "<|endoftext|>"
DIM = 768
_WORD = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
_WHOLE_WORDS = (
    "a photo of the red car at night in snowy mountains sunset over ocean street people".split()  # noqa: SIM905
)

Weights = dict[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of one tower."""

    hidden: int
    inner: int
    heads: int
    layers: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes of a checkpoint."""

    text: Shape
    vision: Shape
    vocabulary: int
    image_px: int
    patch_px: int
    longest: int = 77


SMALL = Sizes(Shape(64, 128, 4, 3), Shape(96, 192, 4, 2), vocabulary=1000, image_px=56, patch_px=14)
VIT_L_14 = Sizes(Shape(768, 3072, 12, 12), Shape(1024, 4096, 16, 24), 49_408, image_px=224, patch_px=14)


def write_checkpoint(folder: Path, sizes: Sizes, seed: int = 0, *, vision: bool = True) -> None:
    """Write a checkpoint into ``folder``; ``vision=False`` leaves out the image tower's weights."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CONFIG).write_text(json.dumps(_config(sizes), indent=2))
    (folder / PREPROCESSING).write_text(json.dumps(_preprocessing(sizes), indent=2))
    vocabulary, merges = _words(sizes.vocabulary)
    (folder / TOKENIZER).write_text(_tokenizer(vocabulary, merges).to_str(pretty=True), encoding="utf-8")
    told = {"tokenizer_class": "CLIPTokenizer", "model_max_length": sizes.longest, "unk_token": END}
    ends = {"bos_token": BEGIN, "eos_token": END, "pad_token": END}
    (folder / "tokenizer_config.json").write_text(json.dumps(told | ends, indent=2))
    random = _Random(seed)
    weights = dict(_text_weights(random, sizes))
    if vision:
        weights |= dict(_vision_weights(random, sizes))
    save_file(weights, folder / WEIGHTS)


class _Random:
    """Weights that keep the size of what passes through, so that every one of them shows in the result."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)

    def normal(self, *shape: int, spread: float = 1.0) -> NDArray[np.float32]:
        return self._random.standard_normal(shape, np.float32) * np.float32(spread)

    def linear(self, name: str, inputs: int, outputs: int) -> Iterator[tuple[str, NDArray[np.float32]]]:
        yield f"{name}.weight", self.normal(outputs, inputs, spread=inputs**-0.5)
        yield f"{name}.bias", self.normal(outputs, spread=0.1)

    def norm(self, name: str, size: int) -> Iterator[tuple[str, NDArray[np.float32]]]:
        yield f"{name}.weight", 1 + self.normal(size, spread=0.1)
        yield f"{name}.bias", self.normal(size, spread=0.1)


def _text_weights(random: _Random, sizes: Sizes) -> Iterator[tuple[str, NDArray[np.float32]]]:
    shape, tower = sizes.text, "text_model"
    yield f"{tower}.embeddings.token_embedding.weight", random.normal(sizes.vocabulary, shape.hidden)
    yield f"{tower}.embeddings.position_embedding.weight", random.normal(sizes.longest, shape.hidden)
    yield from _layers(random, tower, shape)
    yield from random.norm(f"{tower}.final_layer_norm", shape.hidden)
    yield "text_projection.weight", random.normal(DIM, shape.hidden, spread=shape.hidden**-0.5)
    yield "logit_scale", np.array(np.log(100), np.float32)


def _vision_weights(random: _Random, sizes: Sizes) -> Iterator[tuple[str, NDArray[np.float32]]]:
    shape, tower = sizes.vision, "vision_model"
    inputs = 3 * sizes.patch_px**2
    patches = (sizes.image_px // sizes.patch_px) ** 2
    kernel = random.normal(shape.hidden, 3, sizes.patch_px, sizes.patch_px, spread=inputs**-0.5)
    yield f"{tower}.embeddings.patch_embedding.weight", kernel
    yield f"{tower}.embeddings.class_embedding", random.normal(shape.hidden)
    yield f"{tower}.embeddings.position_embedding.weight", random.normal(patches + 1, shape.hidden)
    yield from random.norm(f"{tower}.pre_layrnorm", shape.hidden)
    yield from _layers(random, tower, shape)
    yield from random.norm(f"{tower}.post_layernorm", shape.hidden)
    yield "visual_projection.weight", random.normal(DIM, shape.hidden, spread=shape.hidden**-0.5)


def _layers(random: _Random, tower: str, shape: Shape) -> Iterator[tuple[str, NDArray[np.float32]]]:
    for number in range(shape.layers):
        layer = f"{tower}.encoder.layers.{number}"
        for part in ("q", "k", "v", "out"):
            yield from random.linear(f"{layer}.self_attn.{part}_proj", shape.hidden, shape.hidden)
        yield from random.linear(f"{layer}.mlp.fc1", shape.hidden, shape.inner)
        yield from random.linear(f"{layer}.mlp.fc2", shape.inner, shape.hidden)
        yield from random.norm(f"{layer}.layer_norm1", shape.hidden)
        yield from random.norm(f"{layer}.layer_norm2", shape.hidden)


def _config(sizes: Sizes) -> dict[str, object]:
    def tower(shape: Shape) -> dict[str, object]:
        return {
            "hidden_size": shape.hidden,
            "intermediate_size": shape.inner,
            "num_attention_heads": shape.heads,
            "num_hidden_layers": shape.layers,
            "hidden_act": "quick_gelu",
            "layer_norm_eps": 1e-5,
            "projection_dim": DIM,
        }

    text = {"vocab_size": sizes.vocabulary, "max_position_embeddings": sizes.longest}
    ends = {"bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 1}  # as the published checkpoints have them
    return {
        "architectures": ["CLIPModel"],
        "model_type": "clip",
        "projection_dim": DIM,
        "logit_scale_init_value": 2.6592,
        "text_config": {"model_type": "clip_text_model", **tower(sizes.text), **text, **ends},
        "vision_config": {
            "model_type": "clip_vision_model",
            **tower(sizes.vision),
            "image_size": sizes.image_px,
            "patch_size": sizes.patch_px,
        },
    }


def _preprocessing(sizes: Sizes) -> dict[str, object]:
    return {
        "image_processor_type": "CLIPImageProcessor",
        "crop_size": {"height": sizes.image_px, "width": sizes.image_px},
        "size": {"shortest_edge": sizes.image_px},
        "do_center_crop": True,
        "do_convert_rgb": True,
        "do_normalize": True,
        "do_rescale": True,
        "do_resize": True,
        "image_mean": [0.48145466, 0.4578275, 0.40821073],
        "image_std": [0.26862954, 0.26130258, 0.27577711],
        "resample": 3,
        "rescale_factor": 1 / 255,
    }


def _words(size: int) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Bytes, bytes that end a word, and a few whole words; begin and end have the highest numbers."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    pieces = [*letters, *(f"{letter}</w>" for letter in letters)]
    merges: list[tuple[str, str]] = []
    for word in _WHOLE_WORDS:
        left = word[0]
        for number, letter in enumerate(word[1:], 2):
            right = letter if number < len(word) else f"{letter}</w>"
            if (left, right) not in merges:
                merges.append((left, right))
                pieces.append(left + right)
            left += right
    vocabulary = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    return vocabulary | {BEGIN: size - 2, END: size - 1}, merges


def _tokenizer(vocabulary: dict[str, int], merges: list[tuple[str, str]]) -> Tokenizer:
    """As the published checkpoints have it, apart from the words."""
    model = BPE(vocabulary, merges, unk_token=END, continuing_subword_prefix="", end_of_word_suffix="</w>")
    made = Tokenizer(model)
    made.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_WORD), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(BEGIN, special=True), AddedToken(END, special=True)])
    ends = (END, vocabulary[END]), (BEGIN, vocabulary[BEGIN])
    made.post_processor = processors.RobertaProcessing(*ends, trim_offsets=False, add_prefix_space=False)
    return made
