"""Search and what is public of an image."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from http import HTTPStatus
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from functions.runtime.http import Api
from functions.runtime.picture import MAX_PICTURE_BODY_BYTES, MAX_PICTURE_BYTES
from functions.runtime.schema import Day, ImageIdPath
from functions.search.asked import note, popular_queries
from functions.search.params import LITERAL_PATTERN, SearchParams
from functions.search.views import (
    ImageView,
    LookAlikeQuestion,
    SearchAnswer,
    SimilarAnswer,
    Suggestions,
    SuggestionView,
    image_view,
    media_url,
    results_of,
    search_answer,
)
from lumenstock import bootstrap
from lumenstock.catalog.image import Orientation
from lumenstock.catalog.kind import ImageType, LicenceType
from lumenstock.embedding.model import Embedder
from lumenstock.ingest.checks import FileLimits
from lumenstock.ingest.look_alike import embed_stranger
from lumenstock.kernel.errors import (
    BadRequestError,
    ConfigurationError,
    NotFoundError,
    SearchUnavailableError,
)
from lumenstock.kernel.ids import ImageId
from lumenstock.kernel.pagination import CursorSigner, Position
from lumenstock.search.colors import COLOR_PATTERN
from lumenstock.search.document import Document
from lumenstock.search.model import Mode, SearchRequest
from lumenstock.search.ports import Sort
from lumenstock.search.projection import project
from lumenstock.search.service import SearchService, Tuning
from lumenstock.settings import settings

# The CDN gives an answer of the last hour while the search fails.
MINUTE = "public, max-age=60, stale-while-revalidate=300, stale-if-error=3600"

PageSize = Annotated[int, Query(ge=1, le=100, description="Results a page.")]
Pixels = Annotated[int | None, Query(ge=1, le=1_000_000)]
People = Annotated[
    int | None,
    Query(ge=0, le=1000, description="Of images whose people were counted; others are left out."),
]

# A larger one takes longer to decode than anybody waits for an answer.
_MAX_COMPARED_PIXELS = 50_000_000

api = Api("search", max_body_bytes=MAX_PICTURE_BODY_BYTES)


@api.operation(
    "GET",
    "/v1/search",
    id="searchImages",
    tag="search",
    summary="Search images",
    description=(
        "By words, by meaning, or by both. Without `q`, everything that passes the filters, newest first. "
        '`"in quotes"` asks for a phrase, `-word` excludes, `word*` is a beginning; words such as '
        "`no people` are understood as filters, as the answer says. "
        "The first pages are ordered by both legs together; past the best 100 of each, a hybrid answer goes "
        "on in keyword order and a semantic one ends. At most 10,000 results can be paged through."
    ),
    returns="One page of finds.",
    errors=[BadRequestError, SearchUnavailableError],
    cache_control=MINUTE,
)
def search_images(
    q: Annotated[str, Query(max_length=200, description="Words, in English.")] = "",
    mode: Annotated[Mode, Query(description="Which legs answer.")] = Mode.HYBRID,
    category: Annotated[str | None, Query(min_length=1, max_length=64)] = None,
    orientation: Annotated[Orientation | None, Query()] = None,
    color: Annotated[
        str | None,
        Query(pattern=COLOR_PATTERN, description="In hex or by name: the bucket it falls into counts."),
    ] = None,
    contributor: Annotated[
        str | None, Query(min_length=1, max_length=100, description="Id or display name.")
    ] = None,
    created_from: Annotated[Day | None, Query(description="First day, UTC.")] = None,
    created_to: Annotated[Day | None, Query(description="Last day, UTC, that day included.")] = None,
    min_width: Pixels = None,
    min_height: Pixels = None,
    image_type: Annotated[ImageType | None, Query(description="How the picture came to be.")] = None,
    license: Annotated[  # noqa: A002 - the API's word
        LicenceType | None, Query(description="What it may be licensed for.")
    ] = None,
    people_min: People = None,
    people_max: People = None,
    ai_generated: Annotated[Literal["true", "false"] | None, Query()] = None,
    sort: Annotated[
        Sort,
        Query(description="`newest` and `popular` order what the words find; meaning is not asked then."),
    ] = Sort.RELEVANCE,
    literal: Annotated[
        str | None,
        Query(
            pattern=LITERAL_PATTERN,
            max_length=64,
            description="Topics, parted by commas, whose words are not to be understood as filters.",
        ),
    ] = None,
    page: Annotated[int | None, Query(ge=1, le=10_000, description="From 1; not with `cursor`.")] = None,
    page_size: PageSize = 20,
    cursor: Annotated[
        str | None, Query(max_length=512, description="`next_cursor` of the page before; the rest unchanged.")
    ] = None,
) -> SearchAnswer:
    """Search images."""
    params = SearchParams(
        q,
        mode,
        category,
        orientation,
        color,
        contributor,
        created_from,
        created_to,
        min_width,
        min_height,
        page,
        page_size,
        cursor,
        sort,
        image_type,
        license,
        people_min,
        people_max,
        ai_generated,
        literal,
    )
    request = _at_cursor(params.request(), cursor)
    found = _service().search(request)
    note(request, found, api.resolver.current_event.raw_event)
    next_cursor = None
    if found.next:
        position: Position = {"offset": found.next.offset, "order": found.next.order}
        next_cursor = _cursors().seal(position, request.scope)
    return search_answer(found, request, next_cursor=next_cursor)


@api.operation(
    "GET",
    "/v1/search/suggest",
    id="suggestSearches",
    tag="search",
    summary="Complete what is being written",
    returns="Titles, tags and searches of others that begin with it.",
    errors=[SearchUnavailableError],
    cache_control=MINUTE,
)
def suggest(
    q: Annotated[str, Query(min_length=2, max_length=80, description="At least two letters.")],
    limit: Annotated[int, Query(ge=1, le=20)] = 8,
) -> Suggestions:
    """Suggest searches."""
    found = _service().suggest(q, limit)
    return Suggestions(
        suggestions=[SuggestionView(text=entry.text, count=entry.documents) for entry in found],
        popular=list(popular_queries().beginning(q, limit)),
    )


@api.operation(
    "POST",
    "/v1/search/by-image",
    id="searchByImage",
    tag="search",
    summary="Search by a picture",
    description="The picture is compared and forgotten: it is stored nowhere.",
    returns="Copies and crops of it first, then the most alike.",
    errors=[SearchUnavailableError],
)
def search_by_image(asked: Annotated[LookAlikeQuestion, Body()], page_size: PageSize = 20) -> SimilarAnswer:
    """Find images that look like a picture from anywhere."""
    limits = FileLimits(max_bytes=MAX_PICTURE_BYTES, max_pixels=_MAX_COMPARED_PIXELS)
    appearance = embed_stranger(_model(), bootstrap.decoder(), asked.file(), limits)
    return SimilarAnswer(results=results_of(_service().like(appearance, page_size)))


@api.operation(
    "GET",
    "/v1/images/<image_id>",
    id="getImage",
    tag="images",
    summary="An approved image",
    returns="All that is public of it.",
    etag=True,
    cache_control=MINUTE,
)
def get_image(image_id: ImageIdPath) -> ImageView:
    """Show one image."""
    return image_view(_approved(ImageId(image_id)))


@api.operation(
    "GET",
    "/v1/images/<image_id>/similar",
    id="getSimilarImages",
    tag="images",
    summary="Images that look alike",
    returns="Copies and crops of it first, then the most alike; the image itself is left out.",
    errors=[SearchUnavailableError],
    cache_control=MINUTE,
)
def get_similar(image_id: ImageIdPath, page_size: PageSize = 20) -> SimilarAnswer:
    """Find images that look like one."""
    return SimilarAnswer(results=results_of(_service().similar(ImageId(image_id), page_size)))


@api.operation(
    "GET",
    "/v1/images/<image_id>/preview",
    id="getImagePreview",
    tag="images",
    summary="The watermarked preview",
    status=HTTPStatus.FOUND,
    returns="The address of the picture.",
    cache_control=MINUTE,
)
def get_preview(image_id: ImageIdPath) -> Response[None]:
    """Lead to the watermarked preview."""
    address = media_url(_approved(ImageId(image_id)).preview)
    return Response(status_code=HTTPStatus.FOUND, headers={"Location": address})


handler = api.handler


def _approved(image_id: ImageId) -> Document:
    """The image as it is public.

    Raises:
        NotFoundError: There is no such image, or it is not approved: nobody may tell the two apart.
    """
    public = project(bootstrap.catalog().get(image_id), None)
    if isinstance(public, Document):
        return public
    message = f"There is no image {image_id}."
    raise NotFoundError(message)


def _at_cursor(request: SearchRequest, cursor: str | None) -> SearchRequest:
    if cursor is None:
        return request
    return replace(request, offset=int(_cursors().open(cursor, request.scope)["offset"]))


def _model() -> Embedder:
    """The model.

    Raises:
        SearchUnavailableError: There is none that works.
    """
    try:
        return bootstrap.embedder()
    except ConfigurationError as error:
        message = "This deployment has no model to compare pictures with."
        raise SearchUnavailableError(message) from error


@cache
def _service() -> SearchService:
    tuning = Tuning(encode_deadline_s=settings().encode_deadline_ms / 1000)
    return SearchService(
        bootstrap.search_index(), bootstrap.embedder, bootstrap.clock(), tuning, bootstrap.serving_model
    )


@cache
def _cursors() -> CursorSigner:
    return CursorSigner(bootstrap.cursor_secret())
