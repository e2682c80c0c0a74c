from __future__ import annotations

import pytest

from lumenstock.catalog.image import Image, Swatch, Tag
from lumenstock.catalog.kind import ImageType, LicenceType
from lumenstock.catalog.likeness import Likeness
from lumenstock.catalog.states import Status
from lumenstock.search.document import Document, Removal
from lumenstock.search.projection import bucketed, fold, project
from tests.contract.search.documents import MODEL
from tests.unit.search.images import CREATED, image, vector_item


def projected(row: Image) -> Document:
    document = project(row, vector_item(1))
    assert isinstance(document, Document)
    return document


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.APPROVED])
def test_only_an_approved_image_is_a_document(status: Status) -> None:
    row = image(status=status, version=9)
    assert project(row, vector_item(1)) == Removal(row.id, 9)


def test_a_document_has_what_the_row_says() -> None:
    document = projected(image(version=7))
    assert (document.version, document.title, document.description) == (7, "Red car", "A car at night.")
    assert (document.contributor_id, document.contributor_name) == ("user-1", "Jane Doe")
    assert (document.width_px, document.height_px, document.orientation) == (6000, 4000, "landscape")
    assert document.created_at_s == int(CREATED.timestamp())


def test_a_document_says_of_its_kind_what_is_known_and_no_more() -> None:
    silent, told = (
        projected(image()),
        projected(
            image(
                image_type=ImageType.PHOTO, ai_generated=False, licence_type=LicenceType.EDITORIAL, people=0
            )
        ),
    )
    assert (silent.image_type, silent.ai_generated, silent.people) == (None, None, None)
    assert (silent.popularity, silent.premium, silent.trending) == (None, None, None)
    assert silent.licence_type == "commercial"
    assert (told.image_type, told.ai_generated, told.people) == ("photo", False, 0)
    assert told.licence_type == "editorial"


def test_a_document_has_the_hash_of_what_it_looks_like() -> None:
    assert projected(image()).likeness == ""
    assert projected(image(likeness=Likeness("ab" * 32, CREATED))).likeness == "ab" * 32


def test_the_contributors_words_come_before_the_models_without_repeats() -> None:
    row = image(tags=("Car", "night"), ai_tags=(Tag("car", 0.9), Tag("street", 0.8), Tag("Night ", 0.7)))
    assert projected(row).tags == ("Car", "night", "street")


def test_categories_are_folded_and_distinct() -> None:
    assert projected(image(categories=("Food  &  Drink", "food & drink", "City"))).categories == (
        "food & drink",
        "city",
    )


@pytest.mark.parametrize(
    ("renditions", "thumbnail", "preview"),
    [
        (("300", "512", "1024"), "512", "1024"),
        (("300", "512", "preview"), "512", "preview"),
        (("300", "preview"), "300", "preview"),
        (("preview",), "preview", "preview"),
    ],
)
def test_files_are_the_best_that_exist(renditions: tuple[str, ...], thumbnail: str, preview: str) -> None:
    row = image(renditions=renditions, rev=3)
    document = projected(row)
    assert document.thumbnail == f"{row.media_key}/3/{thumbnail}.webp"
    assert document.preview == f"{row.media_key}/3/{preview}.webp"


def test_a_vector_of_the_rows_model_is_kept() -> None:
    document = project(image(), vector_item(1))
    assert isinstance(document, Document)
    item = vector_item(1)
    assert (document.model, document.vector_f16) == (MODEL, item.vector_f16)
    assert document.miniature == item.miniature != b""


@pytest.mark.parametrize("vector", [None, vector_item(1, "demo@2")])
def test_no_vector_or_one_of_another_model_leaves_the_document_without(vector: object) -> None:
    document = project(image(), vector)  # type: ignore[arg-type] # parametrised
    assert isinstance(document, Document)
    assert (document.model, document.vector_f16, document.miniature) == ("", b"", b"")


def test_an_image_that_was_never_embedded_ignores_a_vector() -> None:
    document = project(image(model=None), vector_item(1))
    assert isinstance(document, Document)
    assert document.model == ""


def test_colors_are_buckets_by_falling_share() -> None:
    palette = (
        Swatch("#0C0C0C", 0.3),
        Swatch("#FFA200", 0.4),
        Swatch("#050505", 0.25),
        Swatch("#1E6FE0", 0.05),
    )
    assert bucketed(palette) == ("#000000", "#FFA500", "#1E6FE0")


def test_a_color_below_a_twentieth_is_left_out() -> None:
    assert bucketed([Swatch("#000000", 0.96), Swatch("#FFFFFF", 0.04)]) == ("#000000",)


def test_small_shares_of_one_bucket_add_up() -> None:
    assert bucketed([Swatch("#FFA500", 0.03), Swatch("#FFA601", 0.03)]) == ("#FFA500",)


def test_equal_shares_come_by_name() -> None:
    assert bucketed([Swatch("#FFFFFF", 0.5), Swatch("#000000", 0.5)]) == ("#000000", "#FFFFFF")


def test_folding_drops_case_and_extra_space() -> None:
    assert fold("  Jane   DOE ") == "jane doe"
    assert fold("STRASSE") == fold("straße")
