from __future__ import annotations

import pytest

from lumenstock.ingest.annotate import embeddable_rendition
from tests.unit.search.images import image


@pytest.mark.parametrize(
    ("width_px", "height_px", "renditions", "size_px", "chosen"),
    [
        (6000, 4000, ("300", "512", "1024"), 64, "300"),
        (6000, 4000, ("512", "300", "1024"), 64, "300"),
        (6000, 4000, ("300", "512", "1024"), 224, "512"),  # 300 px wide is only 200 px high
        (4000, 6000, ("300", "512", "1024"), 224, "300"),
        (6000, 600, ("300", "512", "1024"), 224, "512"),  # none is high enough: the largest clean one
        (400, 300, ("300", "preview"), 224, "300"),
        (200, 150, ("preview",), 64, "preview"),  # only a marked file exists
    ],
)
def test_the_smallest_clean_file_that_is_large_enough_is_embedded(
    width_px: int, height_px: int, renditions: tuple[str, ...], size_px: int, chosen: str
) -> None:
    row = image(width_px=width_px, height_px=height_px, renditions=renditions)
    assert embeddable_rendition(row, size_px) == chosen
