from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.pictures import MAX_TITLE, Words, gather, split_words, title_of


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("red-car_02.jpg", "red car 02"),
        ("HMD_Nokia_8.3_5G.jpg", "HMD Nokia 8.3 5G"),
        ("IMG__0001 (copy).final.JPG", "IMG 0001 (copy) final"),
        ("---.png", "---.png"),
    ],
)
def test_a_file_name_reads_as_a_title(name: str, title: str) -> None:
    assert title_of(Path(name)) == title


@given(
    st.text(st.characters(blacklist_characters="/\0"), min_size=1).filter(
        lambda name: name not in {".", ".."}
    )
)
def test_a_title_is_never_empty_nor_too_long(name: str) -> None:
    assert 1 <= len(title_of(Path(name))) <= MAX_TITLE


def test_words_part_at_commas_and_semicolons_and_do_not_repeat() -> None:
    assert split_words(" sea; sky,, sea ,blue whale;") == ("sea", "sky", "blue whale")


def test_a_picture_named_twice_goes_once(pictures: Path) -> None:
    found = gather([pictures, pictures / "red-car_02.jpg"], Words())
    assert [picture.path.name for picture in found] == ["Blue boat.PNG", "lake.webp", "red-car_02.jpg"]


def test_captions_may_come_from_a_spreadsheet_with_a_mark_and_empty_cells(pictures: Path) -> None:
    rows = "\ufefffilename,title,description,tags\nlake.webp,,Deep,\n"
    (pictures / "deep" / "captions.csv").write_text(rows, encoding="utf-8")
    (lake,) = gather([pictures / "deep" / "lake.webp"], Words(tags=("water",)))
    assert (lake.title, lake.description, lake.tags) == ("lake", "Deep", ("water",))
