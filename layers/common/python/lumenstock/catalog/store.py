"""What the use cases need of the catalogue's table; the DynamoDB adapter provides it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.kernel.ids import ImageId, MediaKey

Change = Callable[[Image], "Image | None"]


@dataclass(frozen=True, slots=True)
class VectorItem:
    """A vector of one model, the item ``IMG#id`` / ``VEC#model``.

    Attributes:
        model: ``name@version``.
        vector_f16: Little-endian float16, 768 of them (1,536 bytes), unit length.
        rev: Revision of the derivative that was embedded.
        miniature: What it looks like: the levels of :class:`lumenstock.imaging.miniature.Miniature`.
    """

    model: str
    vector_f16: bytes
    rev: int
    miniature: bytes = b""


@dataclass(frozen=True, slots=True)
class CatalogPage:
    """Some image rows of a scan.

    Attributes:
        bookmark: From where the scan goes on behind this page.
        share: How much of the table has been read, in [0, 1].
    """

    images: tuple[Image, ...]
    bookmark: str
    share: float


class CatalogStore(Protocol):
    """Images, by conditional writes only."""

    def create(self, image: Image) -> None:
        """Put a new row.

        Raises:
            ConflictError: The id exists.
        """
        ...

    def get(self, image_id: ImageId) -> Image:
        """Read one row, strongly consistent.

        Raises:
            NotFoundError: No such image.
        """
        ...

    def version_of(self, image_id: ImageId) -> int:
        """The version of a row, strongly consistent, and nothing else of it.

        Raises:
            NotFoundError: No such image.
        """
        ...

    def find_public(self, media_key: MediaKey) -> Image | None:
        """The approved image whose files lie below this address; the row itself is read strongly consistent.

        An image may be missing for a moment after its approval; one that is no longer approved never comes.
        """
        ...

    def get_many(self, image_ids: list[ImageId]) -> dict[ImageId, Image]:
        """Read up to 100 rows, strongly consistent; unknown ids are left out.

        Raises:
            UnavailableError: Some could not be read for more than a second.
        """
        ...

    def present(self, image_ids: list[ImageId]) -> set[ImageId]:
        """Those of up to 100 images that have a row, strongly consistent.

        Raises:
            UnavailableError: Some could not be read for more than a second.
        """
        ...

    def update(self, image_id: ImageId, change: Change, *, seen: Image | None = None) -> Image:
        """Read, apply ``change``, write if the version is still the one read; retry on a lost race.

        ``change`` returns the successor, or None when there is nothing to do; it may raise. It can be
        called several times, so it must be pure.

        Args:
            image_id: Of the row.
            change: From the row to its successor.
            seen: The row as it was just read, which saves reading it once more; if there is nothing to do
                with it, or somebody was faster, it is read all the same.

        Returns:
            The row as it now stands.

        Raises:
            NotFoundError: No such image.
            VersionConflictError: The race was lost 5 times.
        """
        ...

    def claim(self, sha256: str, image_id: ImageId) -> ImageId:
        """Claim a file's content for an image.

        Returns:
            The owner: ``image_id`` itself, or a living image that holds the claim already.
        """
        ...

    def claimed_by(self, sha256: str) -> ImageId | None:
        """Who holds the claim on a file's content, living or not; None if nobody ever did."""
        ...

    def taken_down(self, sha256: str) -> ImageId | None:
        """The image of exactly this file that was taken down last; None if none was, or it was restored."""
        ...

    def put_technical(self, image_id: ImageId, rev: int, technical: Mapping[str, object]) -> None:
        """Write the technical metadata (``TECH``) of a revision; one of a later revision stays."""
        ...

    def get_technical(self, image_id: ImageId) -> Mapping[str, object]:
        """Read the technical metadata; empty if there is none."""
        ...

    def put_vector(self, image_id: ImageId, item: VectorItem) -> None:
        """Write the vector of one model; one of a later revision stays."""
        ...

    def get_vector(self, image_id: ImageId, model: str) -> VectorItem | None:
        """Read the vector of one model; None if there is none."""
        ...

    def waiting(self, status: Status, before: datetime) -> Iterator[ImageId]:
        """Ids of all images that came into ``status`` before ``before``, oldest first within a shard.

        And of some that came later or are in another status: the row says.
        """
        ...

    def get_vectors(self, wanted: Sequence[tuple[ImageId, str]]) -> dict[ImageId, VectorItem]:
        """Read the vectors of up to 100 images by one model each, strongly consistent.

        Args:
            wanted: Image and model, each image once; where there is no such vector it is left out.

        Raises:
            UnavailableError: Some could not be read for more than a second.
        """
        ...

    def pages(self, bookmark: str | None = None) -> Iterator[CatalogPage]:
        """Every image row, in no order (a scan: rebuild and drift check only), from ``bookmark`` on.

        Each row is as it stood when its page was read, strongly consistent: an older one would put back into
        the index what has just been taken out. A row that is there all the while comes once, wherever a scan
        is cut in two.

        Raises:
            BadRequestError: That is no bookmark of a scan.
        """
        ...
