from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.adapters.aws.attributes import from_attributes, to_attributes
from lumenstock.adapters.aws.rows import from_item, image_key, is_image, to_item, work_queue
from lumenstock.adapters.aws.work_index import SHARDS, partition
from lumenstock.catalog.image import Image, Source, Swatch, Tag
from lumenstock.catalog.kind import ImageType, LicenceType
from lumenstock.catalog.reasons import Reason, ReasonCode
from lumenstock.catalog.states import WORK_QUEUE, Status
from lumenstock.kernel.clock import to_iso
from lumenstock.kernel.ids import ImageId, MediaKey, UserId

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
WORDS = st.lists(TEXT, max_size=5).map(tuple)
SHARES = st.floats(0, 1).map(lambda share: round(share, 6))
TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001 - given a zone below
    lambda moment: moment.replace(tzinfo=UTC, microsecond=moment.microsecond // 1000 * 1000)
)
SOURCES = st.builds(
    Source,
    TEXT,
    TEXT,
    TEXT,
    st.integers(0, 2**40),
    version_id=st.none() | TEXT,
    etag=st.none() | TEXT,
    sha256=st.none() | TEXT,
    format=st.none() | TEXT,
)
IMAGES = st.builds(
    Image,
    id=st.from_regex(r"[0-9A-Z]{26}", fullmatch=True).map(ImageId),
    contributor_id=TEXT.map(UserId),
    contributor_name=TEXT,
    status=st.sampled_from(Status),
    version=st.integers(1, 10**6),
    title=TEXT,
    description=TEXT,
    tags=WORDS,
    categories=WORDS,
    media_key=TEXT.map(MediaKey),
    rev=st.integers(1, 100),
    source=SOURCES,
    created_at=TIMES,
    entered_at=TIMES,
    width_px=st.integers(0, 30_000),
    height_px=st.integers(0, 30_000),
    renditions=WORDS,
    ai_tags=st.lists(st.builds(Tag, TEXT, SHARES), max_size=4).map(tuple),
    palette=st.lists(st.builds(Swatch, TEXT, SHARES), max_size=4).map(tuple),
    nsfw=st.none() | SHARES,
    people=st.none() | st.integers(0, 9),
    image_type=st.none() | st.sampled_from(ImageType),
    ai_generated=st.none() | st.booleans(),
    licence_type=st.sampled_from(LicenceType),
    model=st.none() | TEXT,
    reasons=st.lists(st.builds(Reason, st.sampled_from(ReasonCode), TEXT, st.booleans()), max_size=3).map(
        tuple
    ),
)


@given(IMAGES)
def test_an_image_comes_back_as_it_went(image: Image) -> None:
    item = to_item(image)
    assert from_item(item) == image
    assert is_image(item)


@given(IMAGES)
def test_a_row_that_cannot_be_read_is_refused_without_its_words(image: Image) -> None:
    item = to_item(replace(image, title="A private title"))
    del item["version"]
    item["rev"] = {"S": "A private word"}
    with pytest.raises(ValueError, match=r"version\n(?s:.*)rev\n|rev\n(?s:.*)version\n") as refused:
        from_item(item)
    assert "private" not in str(refused.value)


@given(IMAGES)
def test_only_what_waits_for_somebody_is_in_the_work_queue(image: Image) -> None:
    item = to_item(image)
    stored = item.get("gsi2pk", {"S": ""})["S"]
    assert stored.startswith("S#") == (image.status in WORK_QUEUE)
    if image.status in WORK_QUEUE:
        assert stored in {partition(work_queue(image.status), shard) for shard in range(SHARDS)}
        assert item["gsi2sk"]["S"].endswith(f"#{image.id}")


@given(IMAGES)
def test_only_an_approved_image_is_found_by_its_public_address(image: Image) -> None:
    partition = to_item(image).get("gsi2pk", {"S": ""})["S"]
    assert (partition == f"M#{image.media_key}") == (image.status is Status.APPROVED)


@given(IMAGES)
def test_what_is_taken_in_is_looked_after_no_later_than_its_row_says(image: Image) -> None:
    image = replace(image, created_at=min(image.created_at, image.entered_at), awaited_until=None)
    if image.status in {Status.UPLOADING, Status.PROCESSING}:
        since, _, name = to_item(image)["gsi2sk"]["S"].partition("#")
        assert since <= to_iso(image.entered_at)
        assert name == image.id


@given(IMAGES, IMAGES)
def test_what_waits_for_a_person_sorts_by_the_time_since_when(one: Image, other: Image) -> None:
    people = WORK_QUEUE - {Status.UPLOADING, Status.PROCESSING}
    if {one.status, other.status} <= people and one.entered_at != other.entered_at:
        earlier = to_item(one)["gsi2sk"]["S"] < to_item(other)["gsi2sk"]["S"]
        assert earlier == (one.entered_at < other.entered_at)


@given(IMAGES)
def test_a_portfolio_is_kept_by_contributor_and_month(image: Image) -> None:
    item = to_item(image)
    assert item["gsi1pk"]["S"] == f"C#{image.contributor_id}#{image.created_at:%Y%m}"
    assert item["gsi1sk"]["S"] == image.id


def test_work_is_spread_over_all_shards() -> None:
    shards = set()
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(400):
        image = Image(
            id=ImageId(f"01HZY000000000000000000{number:03d}"),
            contributor_id=UserId("u"),
            contributor_name="n",
            status=Status.UPLOADING,
            version=1,
            title="",
            description="",
            tags=(),
            categories=(),
            media_key=MediaKey("m"),
            rev=1,
            source=Source("k", "f", "image/jpeg", 1),
            created_at=now,
            entered_at=now + timedelta(seconds=number),
        )
        shards.add(to_item(image)["gsi2pk"]["S"])
    assert len(shards) == SHARDS


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (image_key(ImageId("a")), True),
        (image_key(ImageId("a"), "TECH"), False),
        ({"pk": {"S": "UPL#a"}, "sk": {"S": "A"}}, False),
        ({"pk": {"S": "TREND#day"}, "sk": {"N": "1"}}, False),
    ],
)
def test_a_row_of_an_image_is_told_from_what_lies_beside_it(
    key: dict[str, dict[str, str]], expected: object
) -> None:
    assert is_image(key) is expected  # type: ignore[arg-type]


@given(
    st.dictionaries(
        TEXT.filter(bool),
        st.one_of(TEXT, st.booleans(), st.integers(-(10**9), 10**9), WORDS.map(list)),
        max_size=5,
    )
)
def test_any_document_comes_back_as_it_went(document: dict[str, object]) -> None:
    assert from_attributes(to_attributes(document)) == document


@given(st.floats(-(10**9), 10**9).map(lambda number: round(number, 6)))
def test_a_float_is_stored_exactly_as_it_prints(number: float) -> None:
    (stored,) = from_attributes(to_attributes({"number": number})).values()
    assert float(str(stored)) == number
