"""Contributors' images over HTTP: see one whole, mend its words, appeal a refusal, delete it."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from functions.contributor.schema import Appeal, ContributorImage, ImageEdit
from functions.runtime.http import Api
from functions.runtime.preconditions import IfMatch, seen_version
from functions.runtime.principal import CONTRIBUTORS, Caller
from functions.runtime.schema import ImageIdPath
from lumenstock import bootstrap, use_cases
from lumenstock.catalog.states import Status
from lumenstock.ingest.upload import owned_image
from lumenstock.kernel.errors import (
    DuplicateImageError,
    IllegalTransitionError,
    NotFoundError,
    VersionConflictError,
)
from lumenstock.kernel.ids import ImageId

api = Api("contributor")
handler = api.handler


@api.operation(
    "GET",
    "/v1/contributor/images/<image_id>",
    id="getContributorImage",
    tag="contributor",
    summary="An image of one's own",
    description="Its `ETag` is what `If-Match` of a change wants.",
    returns="The image, with all reasons if there are any.",
    access=CONTRIBUTORS,
    versioned=True,
)
def show(image_id: ImageIdPath, caller: Caller) -> ContributorImage:
    """Show one image."""
    image = owned_image(bootstrap.catalog(), ImageId(image_id), caller.id)
    if image.status is Status.DELETED:
        message = f"There is no image {image_id}."
        raise NotFoundError(message)
    return ContributorImage.of(image)


@api.operation(
    "PATCH",
    "/v1/contributor/images/<image_id>",
    id="editContributorImage",
    tag="contributor",
    summary="Change the words of an image",
    description=(
        "A refusal for words alone is mended by it: the image is processed again without a new upload, and a "
        "moderator looks at it. An approved image is found by its new words within seconds; where the "
        "deployment reviews everything, a moderator looks at it first."
    ),
    returns="The image as it now is.",
    access=CONTRIBUTORS,
    errors=(DuplicateImageError, IllegalTransitionError, VersionConflictError),
    versioned=True,
)
def edit(
    image_id: ImageIdPath,
    wanted: Annotated[ImageEdit, Body()],
    caller: Caller,
    if_match: IfMatch = None,
) -> ContributorImage:
    """Change an image."""
    seen = seen_version(if_match)
    changed = use_cases.amendments().edit(ImageId(image_id), caller.id, seen, wanted.words())
    return ContributorImage.of(changed)


@api.operation(
    "DELETE",
    "/v1/contributor/images/<image_id>",
    id="deleteContributorImage",
    tag="contributor",
    summary="Delete an image",
    description=(
        "Its files and words are deleted, and nobody finds it any more. The original is kept as long as the "
        "deployment says, and then deleted in all versions. Deleting twice is deleting once."
    ),
    status=204,
    returns="It is deleted.",
    access=CONTRIBUTORS,
    errors=(VersionConflictError,),
)
def delete(image_id: ImageIdPath, caller: Caller, if_match: IfMatch = None) -> None:
    """Delete an image."""
    seen = seen_version(if_match)
    use_cases.amendments().delete(ImageId(image_id), caller.id, seen)


@api.operation(
    "POST",
    "/v1/contributor/images/<image_id>/appeal",
    id="appealRefusal",
    tag="contributor",
    summary="Appeal a moderator's refusal",
    description="Once for each refusal. What a check of the file refused cannot be appealed.",
    status=202,
    returns="A moderator will look at it again.",
    access=CONTRIBUTORS,
    errors=(DuplicateImageError, IllegalTransitionError, VersionConflictError),
)
def appeal(image_id: ImageIdPath, plea: Annotated[Appeal, Body()], caller: Caller) -> ContributorImage:
    """Appeal."""
    return ContributorImage.of(use_cases.amendments().appeal(ImageId(image_id), caller.id, plea.text))
