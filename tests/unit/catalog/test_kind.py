from __future__ import annotations

import pytest

from lumenstock.catalog.kind import MADE_BY_A_MACHINE, ImageType, digital_source, told_by


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (digital_source("digitalCapture"), (ImageType.PHOTO, False)),
        ("digitalcapture", (ImageType.PHOTO, False)),
        (" https://cv.iptc.org/newscodes/digitalsourcetype/negativeFilm ", (ImageType.PHOTO, False)),
        (digital_source("digitalCreation"), (None, False)),
        (digital_source(MADE_BY_A_MACHINE), (None, True)),
        (digital_source("compositeWithTrainedAlgorithmicMedia"), (None, True)),
        (digital_source("compositeCapture"), (None, None)),
        ("photo", (None, None)),
        ("", (None, None)),
    ],
)
def test_a_digital_source_tells_what_it_says_and_no_more(
    source: str, told: tuple[ImageType | None, bool | None]
) -> None:
    assert told_by(source) == told
