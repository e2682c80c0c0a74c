"""Where a picture can be looked at: by all once approved, before that by its owner and moderators."""

from __future__ import annotations

from pydantic import Field

from functions.runtime.schema import AnswerModel
from lumenstock import bootstrap
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.search.projection import preview_path, thumbnail_path
from lumenstock.settings import settings

PREVIEW_EXPIRES_S = 900


class Previews(AnswerModel):
    """Addresses of a picture."""

    thumbnail_url: str = Field(description="At most 512 px wide.", repr=False)
    preview_url: str = Field(description="At most 1024 px wide, watermarked.", repr=False)
    expires_in: int | None = Field(
        description="Life of the addresses in seconds when they were made; null if they are public."
    )

    @classmethod
    def of(cls, image: Image) -> Previews | None:
        """The addresses of an image; None while it has no files."""
        if not image.renditions:
            return None
        thumbnail, preview = thumbnail_path(image), preview_path(image)
        if image.status is Status.APPROVED:
            base = settings().media_base_url
            return cls(thumbnail_url=f"{base}/{thumbnail}", preview_url=f"{base}/{preview}", expires_in=None)
        files = bootstrap.derivatives()
        return cls(
            thumbnail_url=files.presign_get(thumbnail, PREVIEW_EXPIRES_S),
            preview_url=files.presign_get(preview, PREVIEW_EXPIRES_S),
            expires_in=PREVIEW_EXPIRES_S,
        )
