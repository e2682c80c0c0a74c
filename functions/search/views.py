"""What the search API shows of an image. The fields of a result are those of the public contract."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from functions.runtime.picture import PictureBody
from lumenstock.catalog.kind import LicenceType
from lumenstock.kernel.clock import to_iso
from lumenstock.search.document import Document
from lumenstock.search.model import Mode, Result, SearchPage, SearchRequest
from lumenstock.search.ports import FacetCount, Relation, Sort
from lumenstock.search.understanding import Topic
from lumenstock.settings import settings

Price = Annotated[
    dict[str, int],
    Field(
        description="Price by licence that it is offered under, in cents.",
        examples=[{"standard": 299, "enhanced": 1499}],
    ),
]


class LookAlikeQuestion(PictureBody):
    """A picture to compare with."""


class ImageSummary(BaseModel):
    """An image in a list."""

    id: str = Field(examples=["01JD2M9Z8T4Y6W3V5X7R9P1K2H"])
    title: str = Field(examples=["Golden sunset over Pacific Ocean"])
    thumbnail_url: str = Field(description="At most 512 px wide, clean.")
    preview_url: str = Field(description="At most 1024 px wide, watermarked.")
    contributor: str = Field(description="Display name.", examples=["Jane Doe"])
    tags: list[str] = Field(description="The contributor's words, then the model's.")
    dimensions: str = Field(description="Width × height of the original.", examples=["6000x4000"])
    price: Price


class SearchResult(ImageSummary):
    """A find."""

    score: float | None = Field(
        description=(
            "What the order goes by: fused rank, BM25, or of what looks alike the cosine, raised by up "
            "to 0.6 where it is laid out as the same picture or a crop would be. Null without a score."
        )
    )
    matched: list[str] = Field(
        description=(
            "Words of title, tags and description that the question matches: in small letters, without "
            "accents, otherwise as they are written there."
        ),
        examples=[["cars", "night"]],
    )


class UnderstoodView(BaseModel):
    """Words of the question that were taken for a filter."""

    topic: Topic = Field(description="Send it in `literal` to have these words as words.")
    words: str = Field(description="As they were written.", examples=["no people"])
    value: str = Field(
        description=(
            "What they were taken for: a number of people, an orientation, a colour bucket, or a least width."
        ),
        examples=["0"],
    )


class SuggestionView(BaseModel):
    """A title or tag."""

    text: str = Field(description="In small letters.", examples=["golden hour"])
    count: int = Field(description="Images that have it.")


class Suggestions(BaseModel):
    """What begins so: titles and tags, those of most images first, and searches of others."""

    suggestions: list[SuggestionView]
    popular: list[str] = Field(
        description="Searches that at least five different callers made of late, those of most callers first."
    )


class NameCount(BaseModel):
    """How many of the found images carry a name."""

    name: str
    count: int


class ColorCount(BaseModel):
    """How many of the found images show a colour."""

    hex: str = Field(description="Name of a colour bucket.", examples=["#FFA500"])
    count: int


class SearchFacets(BaseModel):
    """Counts over all that was found, largest first.

    Each is counted as if its own filter were not set, so that it shows what another value would find.
    """

    categories: list[NameCount]
    orientations: list[NameCount]
    colors: list[ColorCount]
    image_types: list[NameCount] = Field(description="Of images whose type is known.")
    licenses: list[NameCount]


class SearchAnswer(BaseModel):
    """One page of finds."""

    total: int
    total_relation: Relation = Field(description="`gte` when there are likely more than `total`.")
    page: int
    page_size: int
    results: list[SearchResult]
    facets: SearchFacets
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last.")
    mode: Mode = Field(description="The mode that was asked for.")
    sort: Sort
    degraded: bool = Field(
        description=(
            "A part of the search did not answer in time, so words alone or meaning alone did: ask again "
            "later for a better answer."
        )
    )
    understood: list[UnderstoodView]
    did_you_mean: str | None = Field(
        description="The question with words that there are, where next to nothing was found by words."
    )


class SimilarAnswer(BaseModel):
    """Images that look most alike, most alike first."""

    results: list[SearchResult]


class ImageView(ImageSummary):
    """An approved image."""

    description: str
    categories: list[str]
    orientation: str
    colors: list[str] = Field(description="Colour buckets, largest share first.", examples=[["#FFA500"]])
    width: int = Field(description="Pixels of the original, as shown.")
    height: int
    contributor_id: str
    image_type: str | None = Field(description="Null where it is not known.", examples=["photo"])
    license: str = Field(description="What it may be licensed for.", examples=["commercial"])
    ai_generated: bool | None = Field(description="Null where nobody said.")
    people: int | None = Field(description="How many are to be seen; null where no model counted them.")
    created_at: str = Field(description="RFC 3339, UTC.", examples=["2026-11-21T10:00:00.000Z"])


def image_view(document: Document) -> ImageView:
    """All that is public of an image."""
    return ImageView(
        **_summary(document).model_dump(),
        description=document.description,
        categories=list(document.categories),
        orientation=document.orientation,
        colors=list(document.colors),
        width=document.width_px,
        height=document.height_px,
        contributor_id=document.contributor_id,
        image_type=document.image_type,
        license=document.licence_type or LicenceType.COMMERCIAL,
        ai_generated=document.ai_generated,
        people=document.people,
        created_at=to_iso(datetime.fromtimestamp(document.created_at_s, UTC)),
    )


def search_answer(page: SearchPage, request: SearchRequest, *, next_cursor: str | None) -> SearchAnswer:
    """``page``, the answer to ``request``, as the API shows it."""
    return SearchAnswer(
        total=page.total,
        total_relation=page.relation,
        page=request.offset // request.page_size + 1,
        page_size=request.page_size,
        results=results_of(page.results),
        facets=SearchFacets(
            categories=[_named(count) for count in page.facets.categories],
            orientations=[_named(count) for count in page.facets.orientations],
            colors=[ColorCount(hex=count.value, count=count.count) for count in page.facets.colors],
            image_types=[_named(count) for count in page.facets.image_types],
            licenses=[_named(count) for count in page.facets.licence_types],
        ),
        next_cursor=next_cursor,
        mode=request.mode,
        sort=request.sort,
        degraded=page.degraded,
        understood=[
            UnderstoodView(topic=note.topic, words=note.words, value=note.value) for note in page.understood
        ],
        did_you_mean=page.did_you_mean,
    )


def results_of(results: tuple[Result, ...]) -> list[SearchResult]:
    """Finds as the API shows them."""
    return [
        SearchResult(
            **_summary(result.document).model_dump(),
            score=_rounded(result.score),
            matched=sorted(result.matched),
        )
        for result in results
    ]


def media_url(path: str) -> str:
    """Public address of a file."""
    return f"{settings().media_base_url}/{path}"


def _summary(document: Document) -> ImageSummary:
    return ImageSummary(
        id=document.id,
        title=document.title,
        thumbnail_url=media_url(document.thumbnail),
        preview_url=media_url(document.preview),
        contributor=document.contributor_name,
        tags=list(document.tags),
        dimensions=f"{document.width_px}x{document.height_px}",
        price=_offered(document),
    )


def _offered(document: Document) -> dict[str, int]:
    """The prices of the licences that there are for it: one kept to editorial use has none of the others."""
    editorial = document.licence_type == LicenceType.EDITORIAL
    return {
        tier: price
        for tier, price in settings().prices.items()
        if (tier == LicenceType.EDITORIAL) == editorial
    }


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, 6)


def _named(count: FacetCount) -> NameCount:
    return NameCount(name=count.value, count=count.count)
