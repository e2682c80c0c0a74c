"""The one source of randomness of a scene: everything that varies is drawn from it."""

from __future__ import annotations

import random

import numpy as np

from tools.scenes.colour import Colour


class Chance(random.Random):
    """A seeded generator with the few draws that painters need.

    The draws do not depend on the size of the picture, so one seed gives the same scene at every size.
    """

    def maybe(self, probability: float) -> bool:
        """True with ``probability`` in [0, 1]."""
        return self.random() < probability

    def near(self, colour: Colour, spread: float = 0.05) -> Colour:
        """A colour close to ``colour``: brightness moves by normal steps of ``spread``, hue by half."""
        brightness = self.gauss(0, spread)
        step = np.array([brightness + self.gauss(0, spread / 2) for _ in range(3)], np.float32)
        moved: Colour = np.clip(colour + step, 0, 1)
        return moved

    def field(self) -> np.random.Generator:
        """A generator for arrays of random numbers, seeded from this one."""
        return np.random.default_rng(self.getrandbits(63))
