"""What a model finds in a picture: labels that lie near its vector."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_REPORTED = 0.5
MAX_LABELS = 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One label.

    ``confidence`` is in [0.5, 1]: the share of pictures with this score that do have it, or, where the label
    was never compared with labelled pictures, the model's own odds. The model's notice says which.
    """

    label: str
    confidence: float


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """A list of labels, each a direction in the model's space with a calibration of its own.

    The confidence of a row is ``logistic(slope · cosine + offset)``. What looks different may have one label
    (an ocean and a flower are nature): then several rows carry it, and the best of them counts.

    Attributes:
        labels: Names, in the order of the rows.
        vectors: float32[n, 768], unit length.
        slopes: float32[n].
        offsets: float32[n].

    Source: J. Platt, "Probabilistic outputs for support vector machines", 1999.
    """

    labels: tuple[str, ...]
    vectors: NDArray[np.float32]
    slopes: NDArray[np.float32]
    offsets: NDArray[np.float32]

    def findings(self, vector: NDArray[np.float32]) -> tuple[Finding, ...]:
        """The labels that are more likely than not, best first, 30 at most.

        Args:
            vector: float32[768], unit length: a picture.
        """
        likely = (entry for entry in self.confidences(vector).items() if entry[1] >= _REPORTED)
        return tuple(Finding(label, round(confidence, 4)) for label, confidence in likely)[:MAX_LABELS]

    def confidences(self, vector: NDArray[np.float32]) -> dict[str, float]:
        """How likely each label is, in [0, 1], the likeliest first.

        Args:
            vector: float32[768], unit length: a picture.
        """
        scores = self.slopes * (self.vectors @ vector) + self.offsets
        confidences = 0.5 + 0.5 * np.tanh(scores / 2)  # the logistic function, without its overflow
        best: dict[str, float] = {}
        for number in np.argsort(
            -scores, kind="stable"
        ):  # where confidences are all but 1, scores still differ
            best.setdefault(self.labels[number], float(confidences[number]))
        return best
