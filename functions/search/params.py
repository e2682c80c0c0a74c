"""The query string of a search as a request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Literal

from lumenstock.catalog.image import Orientation
from lumenstock.catalog.kind import ImageType, LicenceType
from lumenstock.kernel.errors import FieldError, InvalidInputError
from lumenstock.search.colors import bucket_named
from lumenstock.search.model import Mode, SearchRequest
from lumenstock.search.ports import Filters, Sort
from lumenstock.search.projection import fold
from lumenstock.search.understanding import Topic

_DAY_S = 86_400
_TOPICS = "|".join(Topic)

LITERAL_PATTERN = rf"^({_TOPICS})(,({_TOPICS}))*$"


@dataclass(frozen=True, slots=True)
class SearchParams:
    """What came in, each parameter checked by itself; None was not sent.

    Attributes:
        created_from: First day, UTC.
        created_to: Last day, UTC, that day included.
        literal: Topics of :class:`lumenstock.search.understanding.Topic`, parted by commas.
    """

    q: str
    mode: Mode
    category: str | None
    orientation: Orientation | None
    color: str | None
    contributor: str | None
    created_from: date | None
    created_to: date | None
    min_width: int | None
    min_height: int | None
    page: int | None
    page_size: int
    cursor: str | None
    sort: Sort
    image_type: ImageType | None
    license: LicenceType | None
    people_min: int | None
    people_max: int | None
    ai_generated: Literal["true", "false"] | None
    literal: str | None

    def request(self) -> SearchRequest:
        """The request, at ``page``.

        Raises:
            InvalidInputError: A range is upside down, or both ``page`` and ``cursor`` were sent.
        """
        if wrong := self._wrong():
            raise InvalidInputError(errors=tuple(wrong))
        filters = Filters(
            category=fold(self.category) if self.category else None,
            orientation=self.orientation,
            color=bucket_named(self.color) if self.color else None,
            contributor=fold(self.contributor) if self.contributor else None,
            created_from_s=_midnight_s(self.created_from) if self.created_from else None,
            created_before_s=_midnight_s(self.created_to) + _DAY_S if self.created_to else None,
            min_width_px=self.min_width or 0,
            min_height_px=self.min_height or 0,
            image_type=self.image_type,
            licence_type=self.license,
            people_from=self.people_min,
            people_to=self.people_max,
            ai_generated=None if self.ai_generated is None else self.ai_generated == "true",
        )
        offset = ((self.page or 1) - 1) * self.page_size
        literal = frozenset(map(Topic, self.literal.split(","))) if self.literal else frozenset()
        return SearchRequest(
            " ".join(self.q.split()), self.mode, filters, offset, self.page_size, self.sort, literal
        )

    def _wrong(self) -> list[FieldError]:
        wrong = []
        if self.created_from and self.created_to and self.created_to < self.created_from:
            wrong.append(FieldError("created_to", "before_created_from", "The last day is before the first."))
        if self.page is not None and self.cursor is not None:
            wrong.append(FieldError("page", "page_and_cursor", "Send page or cursor, not both."))
        if self.people_min is not None and self.people_max is not None and self.people_max < self.people_min:
            wrong.append(FieldError("people_max", "below_people_min", "The most is less than the least."))
        return wrong


def _midnight_s(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())
