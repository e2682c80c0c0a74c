"""Second step: a table of word vectors learns to say what the teacher would, for any words."""

from __future__ import annotations

import math
import time

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from tools.train_demo.image_tower import CaptionSpace
from tools.train_demo.network import TOKEN_DIM, TextTower
from tools.train_demo.teacher import Teacher

_BATCH = 512
_RATE = 3e-3
_PAIRS = 24_000
_FIRST_WORD = 1996  # below lie padding, unused places, punctuation, digits, letters of other scripts
_SHORTEST = 3
_SHARPNESS = 20.0
_FRAMES = ("{} {}", "{} and {}", "{} in the {}", "a photo of {} {}", "{} with {}", "{} on a {}")
_EMPTY = "a an the of and in on at to by with for is it from under over photo picture image beautiful view"


def phrases(tokenizer: Tokenizer, captions: list[str]) -> list[str]:
    """What the table is taught with: every caption, every word of the vocabulary, and words put together."""
    words = [
        word
        for word, number in sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1])
        if number >= _FIRST_WORD and len(word) >= _SHORTEST and word.isalpha() and word.isascii()
    ]
    random = np.random.default_rng(1)
    # Frequent words come first in the vocabulary, so squaring favours what people really type.
    picks = (random.random((_PAIRS, 2)) ** 2 * len(words)).astype(int)
    frames = random.integers(0, len(_FRAMES), _PAIRS)
    pairs = [_FRAMES[f].format(words[a], words[b]) for (a, b), f in zip(picks, frames, strict=True)]
    return [*captions, *words, *pairs]


def first_table(teacher: Teacher, tokenizer: Tokenizer) -> Tensor:
    """The table before training: each token by itself, reduced to 128 numbers, rare ones louder.

    Source: principal components and the weight log(1 + rank) are model2vec's.
    """
    size = tokenizer.get_vocab_size()
    alone = teacher.tokens(size)
    alone -= alone.mean(0)
    _, _, directions = np.linalg.svd(alone[_FIRST_WORD:].T @ alone[_FIRST_WORD:])
    table = alone @ directions[:TOKEN_DIM].T
    loudness = np.log(1 + np.maximum(np.arange(size), 999)).astype(np.float32)
    table *= (loudness / loudness.mean())[:, None]
    table /= np.linalg.norm(table, axis=1).mean()
    for word in _EMPTY.split():
        table[tokenizer.token_to_id(word)] *= 0.15
    table[:104] = 0  # padding, unused places, unknown, mask
    return torch.from_numpy(table)


def train_text_tower(
    table: Tensor, ids: Tensor, taught: NDArray[np.float32], space: CaptionSpace, epochs: int
) -> TextTower:
    """Distil ``space(teacher(text))`` into a table.

    Args:
        table: From :func:`first_table`.
        ids: Of the :func:`phrases`, from :func:`token_ids`.
        taught: float32[n, 384], the teacher's vectors of the same.
        space: Where the pictures learned to lie.
        epochs: Passes over all texts.
    """
    torch.manual_seed(0)
    random = np.random.default_rng(2)
    tower = TextTower(table)
    optimizer = torch.optim.Adam(tower.parameters(), lr=_RATE)
    with torch.inference_mode():
        goals = space(torch.from_numpy(taught))
    goals = goals.clone()
    steps, step, started = epochs * (len(ids) // _BATCH), 0, time.process_time()
    agreement = 0.0
    for epoch in range(epochs):
        order = torch.from_numpy(random.permutation(len(ids)))
        for batch in order[: len(ids) // _BATCH * _BATCH].split(_BATCH):
            for group in optimizer.param_groups:
                group["lr"] = _RATE * (0.5 + 0.5 * math.cos(math.pi * step / steps) + 0.01)
            step += 1
            rows = ids[batch]
            said = tower(rows[:, : int((rows != 0).sum(1).max())])
            goal = goals[batch]
            scores = said @ goal.T * _SHARPNESS
            near = functional.softmax(goal @ goal.T * _SHARPNESS, 1)
            contrast = functional.cross_entropy(scores, near)
            loss = 4 * (1 - (said * goal).sum(1)).mean() + contrast
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            agreement = float((said * goal).sum(1).mean().detach())
        spent_s = time.process_time() - started
        print(f"  epoch {epoch}  agreement {agreement:.3f}  {spent_s:.0f} CPU-s", flush=True)
    return tower.eval()


def token_ids(tokenizer: Tokenizer, texts: list[str]) -> Tensor:
    """Ids without special tokens, padded with 0 to the longest: int64[n, longest]."""
    coded = [entry.ids for entry in tokenizer.encode_batch(texts, add_special_tokens=False)]
    ids = torch.zeros((len(texts), max(1, *map(len, coded))), dtype=torch.int64)
    for row, entry in zip(ids, coded, strict=True):
        row[: len(entry)] = torch.tensor(entry)
    return ids
