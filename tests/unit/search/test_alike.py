from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lumenstock.adapters.embedded.index import EmbeddedIndex
from lumenstock.embedding.model import Vectors
from lumenstock.imaging.grey import miniature
from lumenstock.kernel.clock import SystemClock
from lumenstock.search.alike import miniature_of, most_alike_first
from lumenstock.search.document import Document
from lumenstock.search.model import Result
from lumenstock.search.service import SearchService
from tests.contract.search.documents import document, image_id, toward, unit_vector
from tests.unit.search.models import FewWords
from tools.scenes import scene

WHOLE = scene(5_000_101, 300, 225).picture
CROP = WHOLE.crop((60, 45, 300, 225))


def pictured(number: int, vector: Vectors, picture: Image.Image) -> Document:
    look = miniature(np.asarray(picture)).levels
    return document(number, vector=vector, miniature=look, width_px=picture.width, height_px=picture.height)


def result(number: int, cosine: float, picture: Image.Image | None = None) -> Result:
    vector = unit_vector(number)
    return Result(pictured(number, vector, picture) if picture else document(number, vector=vector), cosine)


def order(*finds: Result) -> list[int]:
    return [int(find.document.id) for find in most_alike_first(miniature(np.asarray(WHOLE)), finds)]


def test_a_crop_comes_before_what_only_shows_the_same() -> None:
    assert order(result(1, 0.95), result(2, 0.94), result(3, 0.6, CROP)) == [3, 1, 2]


def test_the_nearer_of_two_copies_comes_first() -> None:
    assert order(result(1, 0.9), result(2, 0.8, CROP), result(3, 0.8, WHOLE)) == [3, 2, 1]


def test_the_order_goes_by_the_score_which_is_the_cosine_of_all_others() -> None:
    finds = most_alike_first(miniature(np.asarray(WHOLE)), [result(1, 0.9), result(2, 0.7, WHOLE)])
    assert [find.score for find in finds] == pytest.approx([1.3, 0.9], abs=0.01)


def test_of_a_hundred_neighbours_a_crop_is_put_first_however_few_are_asked_for(tmp_path: Path) -> None:
    index, asked = EmbeddedIndex(tmp_path), unit_vector(1)
    index.write([pictured(1, asked, WHOLE), pictured(100, toward(asked, 0.5), CROP)])
    index.write([document(n, vector=toward(asked, 0.9, n)) for n in range(2, 100)])
    (first,) = SearchService(index, FewWords, SystemClock()).similar(image_id(1), 1)
    assert first.document.id == image_id(100)


def test_what_has_no_miniature_keeps_its_place_among_the_others() -> None:
    old = Result(replace(document(1), miniature=b""), 0.9)
    assert miniature_of(old.document) is None
    assert order(old, result(2, 0.8), result(3, 0.7, CROP)) == [3, 1, 2]


@pytest.mark.parametrize("broken", [{"miniature": b"x" * 255}, {"height_px": 0}, {"width_px": 0}])
def test_a_document_that_nobody_can_compare_spoils_no_answer(broken: dict[str, Any]) -> None:
    odd = result(1, 0.9, WHOLE)
    odd = replace(odd, document=replace(odd.document, **broken))
    assert order(odd, result(2, 0.7, CROP)) == [2, 1]


def test_equal_ones_stay_in_the_order_of_the_index() -> None:
    assert order(*(result(n, 0.5) for n in (4, 2, 9))) == [4, 2, 9]


def test_a_picture_of_which_nothing_is_known_is_compared_by_its_vector_alone() -> None:
    finds = (result(1, 0.9), result(2, 0.7, WHOLE))
    assert most_alike_first(None, finds) == finds
    assert most_alike_first(miniature(np.asarray(WHOLE)), ()) == ()
