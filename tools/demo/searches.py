"""The searches that the demo runs: by words, by meaning, by both, within filters, and by likeness."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from cli.client import Client
from cli.responses import Hit, Page
from tools.demo.paint import Painted

_OPENINGS = ("a photo of ", "a picture of ", "image of ", "beautiful ", "view of ")


@dataclass(frozen=True, slots=True)
class Search:
    """One search, and the title of the picture that it is about.

    ``like`` is the id of a picture to find the likes of; ``mode``, ``words`` and ``filters`` are empty then.
    """

    meant: str
    mode: str = ""
    words: str = ""
    filters: dict[str, str] = field(default_factory=dict)
    like: str = ""

    @property
    def said(self) -> str:
        """What was asked for, in one line."""
        if self.like:
            return f"like “{self.meant}”"
        within = "".join(f" · {name} {value}" for name, value in self.filters.items())
        return f"“{self.words}”{within}"


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, best first."""

    search: Search
    hits: list[Hit]
    total: str
    milliseconds: float

    @property
    def heading(self) -> str:
        """Mode and question, in one line."""
        return f"{self.search.mode or 'similar'}: {self.search.said}"

    @property
    def rank(self) -> int | None:
        """Place of the first picture with the title that was meant, from 1; None if it is on no place."""
        titles = [hit.title for hit in self.hits]
        return titles.index(self.search.meant) + 1 if self.search.meant in titles else None


def searches(pictures: Sequence[Painted], demo_seed: int) -> list[Search]:
    """Five searches over all modes, each about another of at least five kinds of scene."""
    by_kind = {painted.kind: painted for painted in pictures}
    chosen = random.Random(demo_seed).sample(sorted(by_kind), 5)  # noqa: S311 - no secret
    one, two, three, four, five = (by_kind[kind] for kind in chosen)
    return [
        Search(one.picture.title, "keyword", _bare(one.picture.title)),
        Search(two.picture.title, "semantic", " ".join(two.tags)),
        Search(three.picture.title, "hybrid", _bare(three.picture.title)),
        Search(four.picture.title, "hybrid", four.kind, {"category": four.category}),
        Search(five.picture.title, "semantic", five.kind, {"orientation": five.orientation}),
    ]


def likeness(hit: Hit) -> Search:
    """A search for what looks like ``hit``."""
    return Search(hit.title, like=hit.id)


def run(client: Client, search: Search, page_size: int) -> Found:
    """Ask the API."""
    started = time.perf_counter()
    if search.like:
        found = client.similar(search.like, page_size=page_size)
    else:
        found = client.search(
            {"q": search.words, "mode": search.mode, "page_size": page_size, **search.filters}
        )
    milliseconds = (time.perf_counter() - started) * 1000
    total = str(len(found.results))
    if isinstance(found, Page):
        total = f"{'≥ ' if found.total_relation == 'gte' else ''}{found.total}"
    return Found(search, found.results, total, milliseconds)


def _bare(title: str) -> str:
    """A caption without its opening, which says nothing about the picture."""
    return next((title.removeprefix(opening) for opening in _OPENINGS if title.startswith(opening)), title)
