"""The two towers of the demo model."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from tools.train_demo.teacher import DIM

IMAGE_PX = 64
TOKEN_DIM = 128
_TRUNK = 384


def _convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """3 × 3 convolution, batch norm, ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class _Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = _convolution(channels, channels)

    def forward(self, inputs: Tensor) -> Tensor:
        return inputs + self.body(inputs)


class ImageTower(nn.Module):
    """A small residual network: float[n, 3, 64, 64] in [0, 1] to float[n, 384], unit length.

    The pooling keeps the rows of the last 4 × 4 map (a sky is above, a road below) and the strongest
    answer anywhere (a cat may sit where it likes).
    """

    def __init__(self, kinds: int) -> None:
        """``kinds`` is the number of scene kinds, for the auxiliary classifier of the training."""
        super().__init__()
        self.layers = nn.Sequential(
            _convolution(3, 32, 2),
            _convolution(32, 64, 2),
            _Residual(64),
            _convolution(64, 128, 2),
            _Residual(128),
            _convolution(128, 256, 2),
            _Residual(256),
        )
        self.trunk = nn.Linear(256 * 4 + 256, _TRUNK)
        self.embed = nn.Linear(_TRUNK, DIM)
        self.classify = nn.Linear(_TRUNK, kinds)

    def features(self, pixels: Tensor) -> Tensor:
        """What both heads stand on: float[n, 384]."""
        maps = self.layers((pixels - 0.45) * 4)
        rows = maps.mean(3).flatten(1)
        return functional.relu(self.trunk(torch.cat([rows, maps.amax((2, 3))], 1)))

    def forward(self, pixels: Tensor) -> Tensor:
        """Embed pictures."""
        return functional.normalize(self.embed(self.features(pixels)), dim=1)


class TextTower(nn.Module):
    """A table with a row for every token, summed and bent a little: token ids to float[n, 384], unit length.

    Source: the idea of a static table distilled from a sentence encoder is model2vec's
    (https://github.com/MinishLab/model2vec).
    """

    def __init__(self, table: Tensor) -> None:
        """``table``: float[vocabulary, 128]; row 0 is padding and stays zero."""
        super().__init__()
        self.table = nn.Embedding.from_pretrained(table, freeze=False, padding_idx=0)
        self.straight = nn.Linear(TOKEN_DIM, DIM, bias=False)
        self.bent = nn.Sequential(nn.Linear(TOKEN_DIM, 256), nn.GELU(), nn.Linear(256, DIM))

    def forward(self, ids: Tensor) -> Tensor:
        """Embed texts; ``ids`` is int[n, longest], padded with 0."""
        words = functional.normalize(self.table(ids).sum(1), dim=1) * 3
        return functional.normalize(self.straight(words) + self.bent(words), dim=1)
