from __future__ import annotations

import numpy as np
import pytest

from lumenstock.embedding.labels import MAX_LABELS, Head


def _head(labels: tuple[str, ...], offsets: list[float]) -> Head:
    vectors = np.eye(len(labels), 768, dtype=np.float32)
    count = len(labels)
    return Head(labels, vectors, np.full(count, 10, np.float32), np.array(offsets, np.float32))


def test_only_labels_that_are_more_likely_than_not_are_reported_best_first() -> None:
    head = _head(("sea", "sand", "snow"), [-2, -2, -2])
    vector = np.zeros(768, np.float32)
    vector[:3] = (0.5, 0.8, 0.1)
    found = head.findings(vector)
    assert [finding.label for finding in found] == ["sand", "sea"]
    assert found[0].confidence == pytest.approx(1 / (1 + np.exp(-6)), abs=1e-4)


def test_every_label_has_its_own_calibration() -> None:
    head = _head(("sea", "sand"), [-9, 1])
    vector = np.zeros(768, np.float32)
    vector[:2] = (0.8, 0.0)
    assert [finding.label for finding in head.findings(vector)] == ["sand"]


def test_a_label_with_several_directions_is_reported_once_by_its_best() -> None:
    head = _head(("nature", "people", "nature"), [-2, -2, -2])
    vector = np.zeros(768, np.float32)
    vector[:3] = (0.3, 0.0, 0.9)
    (found,) = head.findings(vector)
    assert found.label == "nature"
    assert found.confidence == pytest.approx(1 / (1 + np.exp(-7)), abs=1e-4)


def test_at_most_thirty_labels_are_reported() -> None:
    head = _head(tuple(f"label {number}" for number in range(40)), [5] * 40)
    assert len(head.findings(np.zeros(768, np.float32))) == MAX_LABELS == 30
