"""The parts of the demo that need no cloud."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from cli.client import Client
from cli.outcome import Outcome, Result
from cli.pictures import Picture
from cli.responses import StatusReason
from cli.transport import Transport
from lumenstock.catalog.image import Orientation
from lumenstock.kernel.errors import ConfigurationError, UnavailableError
from tests.cli.answers import Answer
from tests.cli.marketplace import HIT, Marketplace
from tools.demo import sheet
from tools.demo.moderator import looks_like_another
from tools.demo.paint import Painted, painted, scene_seeds
from tools.demo.searchable import verify
from tools.demo.searches import run, searches
from tools.demo.wishes import Wishes
from tools.scenes import TRAINING_SEEDS

PICTURE = Picture(Path("sea.jpg"), "image/jpeg", "sunset over the sea")


@pytest.fixture
def client(market: Marketplace) -> Iterator[Client]:
    with Client(Transport(market.url)) as client:
        yield client


def ended(outcome: Outcome, image_id: str, picture: Picture = PICTURE) -> Result:
    return Result(picture, outcome, 1.0, image_id)


def of_kind(kind: str) -> Painted:
    picture = Picture(Path(f"{kind}.jpg"), "image/jpeg", f"a photo of {kind}")
    return Painted(picture, kind, (kind, "blue"), "nature", Orientation.SQUARE)


@pytest.mark.parametrize("variables", [{"PHOTOS": "/nowhere"}, {"DEMO_SEED": "x"}, {"DEMO_PICTURES": "3"}])
def test_a_wish_that_makes_no_sense_is_refused(variables: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        Wishes.of(variables)


def test_without_wishes_sixty_new_pictures_are_made_and_the_site_stays() -> None:
    first, second = Wishes.of({}), Wishes.of({"DEMO_EXIT": "1"})
    assert (first.count, first.photos, first.stop_at_end) == (60, None, False)
    assert second.stop_at_end
    assert first.seed != second.seed


def test_no_picture_of_the_demo_was_in_the_training() -> None:
    seeds = scene_seeds(7, 500)
    assert len(set(seeds)) == 500
    assert not set(seeds) & set(TRAINING_SEEDS)
    assert scene_seeds(7, 500) == seeds


def test_painted_pictures_are_large_and_keep_their_tags_to_themselves(tmp_path: Path) -> None:
    made = list(painted(7, 3, tmp_path))
    assert [item.picture.tags for item in made] == [(), (), ()]
    for item in made:
        with Image.open(item.picture.path) as image:
            assert image.width >= 1600
            assert image.height >= 1200


def test_five_searches_cover_all_modes_and_have_filters() -> None:
    wanted = searches([of_kind(kind) for kind in "abcdefg"], 3)
    assert {search.mode for search in wanted} == {"keyword", "semantic", "hybrid"}
    assert len({search.meant for search in wanted}) == 5
    assert [sorted(search.filters) for search in wanted] == [[], [], [], ["category"], ["orientation"]]
    assert not wanted[0].words.startswith("a photo of")


def test_only_what_waits_for_its_likeness_alone_is_approved() -> None:
    def waiting(*codes: str) -> Result:
        reasons = tuple(StatusReason(code=code, text="", needs_new_upload=False) for code in codes)
        return replace(ended(Outcome.PENDING_REVIEW, HIT["id"]), reasons=reasons)

    assert looks_like_another(waiting("near_duplicate_of_another"))
    assert not looks_like_another(waiting())
    assert not looks_like_another(waiting("near_duplicate_of_another", "taken_down_before"))
    assert not looks_like_another(ended(Outcome.APPROVED, HIT["id"]))


def test_a_picture_that_the_search_does_not_show_is_missing(client: Client) -> None:
    lost = ended(Outcome.APPROVED, "01J99999999999999999999999")
    refused = ended(Outcome.REJECTED, "01J88888888888888888888888")
    found = ended(Outcome.APPROVED, HIT["id"])
    verdict = verify(client, "u1", [lost, refused, found], set(), patience_s=0)
    assert verdict.missing == [lost, refused]


def test_a_photo_must_be_found_by_its_title_too(client: Client, market: Marketplace) -> None:
    result = ended(Outcome.APPROVED, HIT["id"])
    verdict = verify(client, "u1", [result], {PICTURE}, patience_s=0)
    assert [hit.id for hit in verdict.by_title] == [HIT["id"]]
    assert market.queries[-1]["q"] == [PICTURE.title]


def test_what_was_there_already_is_looked_for_by_its_title(client: Client, market: Marketplace) -> None:
    duplicate = ended(Outcome.ALREADY_THERE, "01J77777777777777777777777")
    assert verify(client, "u1", [duplicate], set(), patience_s=0).missing == []
    nothing = {"results": [], "total": 0, "total_relation": "eq", "page": 1, "degraded": False}
    market.faults["/v1/search"] = [Answer(200, nothing)]
    assert verify(client, "u1", [duplicate], set(), patience_s=0).missing == [duplicate]


def test_a_contact_sheet_without_its_thumbnails_is_an_error(
    client: Client, market: Marketplace, tmp_path: Path
) -> None:
    (search,) = searches([of_kind(kind) for kind in "abcde"], 3)[:1]
    found = run(client, search, 10)
    with pytest.raises(UnavailableError):
        sheet.save(found.heading, found.hits, tmp_path / "sheet.png", market.url)
