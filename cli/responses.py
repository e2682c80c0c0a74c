"""What the API answers, as far as the command line reads it; unknown fields are ignored."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel
from pydantic.alias_generators import to_camel

from lumenstock.catalog.states import Status


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class Tokens(_Answer):
    """A sign-in. ``expires_in`` is in seconds; without a new refresh token the old one goes on."""

    access_token: str
    refresh_token: str | None = None
    expires_in: int


class Me(_Answer):
    """The account that is signed in."""

    id: str
    email: str
    display_name: str
    roles: list[str]


class Ticket(_Answer):
    """Where and how to send one file: exactly these headers, within ``expires_in`` seconds."""

    image_id: str
    upload_url: str
    method: Literal["PUT"]
    headers: dict[str, str]
    expires_in: int


class Plan(_Answer):
    """How to send one large file: ``part_count`` parts of ``part_size`` bytes, the last one of the rest."""

    image_id: str
    upload_id: str
    method: Literal["MULTIPART"]
    part_size: int
    part_count: int

    @property
    def parts(self) -> list[HeldPart]:
        """The parts that the store has: none."""
        return []


class Started(RootModel[Annotated[Ticket | Plan, Field(discriminator="method")]]):
    """Either of the two."""


class PartTicket(_Answer):
    """Where to PUT one part, with exactly these headers."""

    url: str
    headers: dict[str, str] = {}


class PartTickets(_Answer):
    """Tickets by number of the part."""

    urls: dict[int, PartTicket]


class HeldPart(_Answer):
    """A part that the store has."""

    number: int
    size: int


class UploadState(_Answer):
    """An upload in parts, and those that the store has."""

    upload_id: str
    image_id: str
    status: Literal["open", "completed", "aborted", "expired"]
    part_size: int
    part_count: int
    parts: list[HeldPart] = []


class StatusReason(_Answer):
    """One reason for a refusal or failure."""

    code: str
    text: str
    needs_new_upload: bool


class ImageStatus(_Answer):
    """Where an image stands."""

    image_id: str
    status: Status
    version: int = 0
    reasons: list[StatusReason] = []


class MarkFound(_Answer):
    """Whom an invisible mark names, if there is one; ``score`` is in standard deviations of chance."""

    found: bool
    score: float
    image_id: str | None = None
    licence_id: str | None = None


class Hit(BaseModel):
    """One image of a result list. ``price`` is in minor units by licence tier."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    thumbnail_url: str
    preview_url: str
    contributor: str
    tags: list[str]
    dimensions: str
    price: dict[str, int]
    score: float | None


class Finds(BaseModel):
    """Images, best first."""

    model_config = ConfigDict(frozen=True)

    results: list[Hit]


class Understood(BaseModel):
    """Words of the question that were taken for a filter: of which ``topic``, and with which ``value``."""

    model_config = ConfigDict(frozen=True)

    topic: str
    words: str
    value: str


class Page(Finds):
    """One page of a search.

    Attributes:
        understood: What was taken for a filter.
        did_you_mean: The question in other words, where next to nothing was found.
        total_relation: ``gte`` when there are likely more than ``total``.
        degraded: Only keywords were matched, though meaning was asked for.
    """

    total: int
    total_relation: str
    page: int
    degraded: bool
    understood: list[Understood] = []
    did_you_mean: str | None = None
