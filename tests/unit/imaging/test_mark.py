from __future__ import annotations

import numpy as np
from PIL import Image

from tools.mark_tile import TARGET, draw_tile


def test_the_shipped_tile_is_the_one_that_the_script_draws() -> None:
    with Image.open(TARGET) as shipped:
        assert np.array_equal(np.asarray(shipped), np.asarray(draw_tile()))


def test_the_tile_has_no_seam() -> None:
    opacity = np.asarray(draw_tile())[:, :, 3].astype(int)
    inside = np.abs(np.diff(opacity, axis=1)).mean()
    assert np.abs(opacity[:, 0] - opacity[:, -1]).mean() < 3 * inside
    assert np.abs(opacity[0] - opacity[-1]).mean() < 3 * np.abs(np.diff(opacity, axis=0)).mean()
    assert opacity[:, [0, -1]].any(), "the words are meant to run over the edge"
