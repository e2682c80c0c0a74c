"""The query string of a search as a request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from lumenstock.catalog.image import Orientation
from lumenstock.kernel.errors import FieldError, InvalidInputError
from lumenstock.search.colors import bucket_named
from lumenstock.search.model import Mode, SearchRequest
from lumenstock.search.ports import Filters
from lumenstock.search.projection import fold

_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class SearchParams:
    """What came in, each parameter checked by itself; None was not sent.

    Attributes:
        created_from: First day, UTC.
        created_to: Last day, UTC, that day included.
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

    def request(self) -> SearchRequest:
        """The request, at ``page``.

        Raises:
            InvalidInputError: The range is upside down, or both ``page`` and ``cursor`` were sent.
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
        )
        offset = ((self.page or 1) - 1) * self.page_size
        return SearchRequest(" ".join(self.q.split()), self.mode, filters, offset, self.page_size)

    def _wrong(self) -> list[FieldError]:
        wrong = []
        if self.created_from and self.created_to and self.created_to < self.created_from:
            wrong.append(FieldError("created_to", "before_created_from", "The last day is before the first."))
        if self.page is not None and self.cursor is not None:
            wrong.append(FieldError("page", "page_and_cursor", "Send page or cursor, not both."))
        return wrong


def _midnight_s(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())
