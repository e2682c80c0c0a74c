"""First step: pictures learn to lie where the teacher puts their captions."""

from __future__ import annotations

import math
import time

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from tools.train_demo.network import IMAGE_PX, ImageTower
from tools.train_demo.teacher import DIM

_BATCH = 192
_RATE = 1.6e-3
_WARM_UP_STEPS = 40
_LOYALTY = 0.03  # to the teacher: 0 would fit the captions best and forget all other words


class CaptionSpace(nn.Module):
    """The teacher's space, turned a little so that it fits pictures: float[n, 384] to the same."""

    def __init__(self) -> None:
        """Start with the teacher's space itself."""
        super().__init__()
        self.turn = nn.Linear(DIM, DIM, bias=False)
        nn.init.eye_(self.turn.weight)

    def forward(self, taught: Tensor) -> Tensor:
        """Turn unit vectors into unit vectors."""
        return functional.normalize(self.turn(taught), dim=1)

    def drift(self) -> Tensor:
        """How far it has moved; held small, so that words never seen in training keep their place."""
        return (self.turn.weight - torch.eye(DIM)).square().sum()


def train_image_tower(
    pixels: NDArray[np.uint8], taught: NDArray[np.float32], captions: list[int], kinds: list[int], steps: int
) -> tuple[ImageTower, CaptionSpace]:
    """Train by contrast, with the kinds as a second, easier task.

    Args:
        pixels: uint8[n, 80, 80, 3].
        taught: float32[n, 384], the teacher's vectors of the captions.
        captions: Number of each picture's caption: equal captions are no contrast.
        kinds: Number of each picture's kind.
        steps: Batches of 192.
    """
    torch.manual_seed(0)
    random = np.random.default_rng(0)
    tower, space = ImageTower(max(kinds) + 1), CaptionSpace()
    tower = tower.to(memory_format=torch.channels_last)
    sharpness = nn.Parameter(torch.tensor(2.7))
    optimizer = torch.optim.AdamW(
        [*tower.parameters(), *space.parameters(), sharpness], lr=_RATE, weight_decay=0.02
    )
    taught_all, same, labels = torch.from_numpy(taught), torch.tensor(captions), torch.tensor(kinds)
    order, started = random.permutation(len(pixels)), time.process_time()
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = _rate(step, steps)
        start = step * _BATCH % (len(pixels) - _BATCH)
        if start < _BATCH:
            order = random.permutation(len(pixels))
        batch = np.sort(order[start : start + _BATCH])
        picked = torch.from_numpy(batch)
        views = _augmented(torch.from_numpy(pixels[batch]), random)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            features = tower.features(views.contiguous(memory_format=torch.channels_last))
        features = features.float()
        seen = functional.normalize(tower.embed(features), dim=1)
        said = space(taught_all[picked])
        guesses = tower.classify(features)
        loss = (
            _contrast(seen, said, same[picked], sharpness.clamp(max=4.2).exp())
            + 2 * (1 - (seen * said).sum(1)).mean()
            + 0.4 * functional.cross_entropy(guesses, labels[picked], label_smoothing=0.05)
            + _LOYALTY * space.drift()
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 50 == 0 or step == steps - 1:
            right = (guesses.argmax(1) == labels[picked]).float().mean()
            spent_s = time.process_time() - started
            print(
                f"  step {step:5d}  loss {loss:.3f}  kinds right {right:.2f}  {spent_s:.0f} CPU-s", flush=True
            )
    return tower.eval(), space.eval()


def _rate(step: int, steps: int) -> float:
    """Warm-up, then half a cosine down to a hundredth."""
    return _RATE * min(1, (step + 1) / _WARM_UP_STEPS) * (0.5 + 0.5 * math.cos(math.pi * step / steps) + 0.01)


def _contrast(seen: Tensor, said: Tensor, same: Tensor, sharpness: Tensor) -> Tensor:
    """CLIP's loss in both directions; every caption equal to the right one is right, too."""
    right = (same[:, None] == same[None, :]).float()
    right = right / right.sum(1, keepdim=True)
    scores = seen @ said.T * sharpness
    across = (right * functional.log_softmax(scores, 1)).sum(1).mean()
    along = (right * functional.log_softmax(scores.T, 1)).sum(1).mean()
    return -0.5 * (across + along)


def _augmented(pixels: Tensor, random: np.random.Generator) -> Tensor:
    """Random crop, mirror and light: uint8[n, 80, 80, 3] to float[n, 3, 64, 64] in [0, 1]."""
    count, stored = pixels.shape[0], pixels.shape[1]
    side = int(random.integers(IMAGE_PX, stored + 1))
    top, left = random.integers(0, stored - side + 1, 2)
    views = pixels[:, top : top + side, left : left + side].permute(0, 3, 1, 2).float() / 255
    views = functional.interpolate(views, size=IMAGE_PX, mode="area")
    mirrored = torch.randint(0, 2, (count,), dtype=torch.bool)
    views[mirrored] = views[mirrored].flip(3)
    views = views * (0.75 + 0.5 * torch.rand(count, 1, 1, 1)) + (torch.rand(count, 1, 1, 1) - 0.5) * 0.12
    grey = views.mean(1, keepdim=True)
    views = grey + (views - grey) * (0.75 + 0.5 * torch.rand(count, 1, 1, 1))
    return (views * (1 + (torch.rand(count, 3, 1, 1) - 0.5) * 0.1)).clamp(0, 1)
