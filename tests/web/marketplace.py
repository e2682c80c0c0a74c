"""A small catalogue behind the public API's shapes, with painted pictures."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tools.scenes import scene

_NOBODY = {"topic": "people", "words": "no people", "value": "0"}

SHAPES = ((480, 320), (320, 480), (400, 400), (640, 360))


@dataclass
class Marketplace:
    """What the fake API knows, and what it was asked."""

    catalogue: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    failing: bool = False
    comparing: bool = True
    degraded: bool = False
    meant: str | None = None

    def answer(self, address: str) -> tuple[int, Any]:
        """Status and JSON for an address below /v1."""
        self.asked.append(address)
        path, query = urlsplit(address).path, parse_qs(urlsplit(address).query)
        if self.failing:
            return 503, {"title": "Unavailable", "detail": "Search does not answer. Try again in a minute."}
        if path.startswith("/v1/search"):
            return 200, _suggestions(query) if path.endswith("/suggest") else self._page(query)
        hits = {hit["id"]: hit for hit in self.catalogue}
        _, _, _, image_id, *rest = path.split("/")
        if image_id not in hits:
            return 404, {"title": "Not found", "detail": "No such picture."}
        if rest == ["similar"] and not self.comparing:
            return 503, {"title": "Unavailable", "detail": "Search does not answer. Try again in a minute."}
        if rest == ["similar"]:
            return 200, {"results": [hit for hit in self.catalogue if hit["id"] != image_id], "total": 7}
        return 200, hits[image_id]

    def _page(self, query: dict[str, list[str]]) -> dict[str, Any]:
        text, literal = query.get("q", [""])[0].lower(), "literal" in query
        understood = [] if literal or "no people" not in text else [_NOBODY]
        words = text.replace("" if literal else "no people", "").split()
        orientation = query.get("orientation", [None])[0]
        page, page_size = int(query.get("page", ["1"])[0]), int(query["page_size"][0])
        found = [
            hit
            for hit in self.catalogue
            if all(word in hit["title"] for word in words) and orientation in {None, hit["orientation"]}
        ]
        start = (page - 1) * page_size
        for hit in found:
            hit["matched"] = words
        return {
            "total": len(found),
            "total_relation": "eq",
            "page": page,
            "mode": query.get("mode", ["hybrid"])[0],
            "degraded": self.degraded,
            "did_you_mean": self.meant,
            "understood": understood,
            "results": found[start : start + page_size],
            "next_cursor": "more" if len(found) > start + page_size else None,
            "facets": {
                "categories": _counted(found, "category", "name"),
                "orientations": _counted(found, "orientation", "name"),
                "colors": [{"hex": "#FFA500", "count": 3}, {"hex": "#1E6FE0", "count": 2}] if found else [],
                "image_types": _counted(found, "image_type", "name"),
                "licenses": _counted(found, "license", "name"),
            },
        }


def _suggestions(query: dict[str, list[str]]) -> dict[str, Any]:
    return {"suggestions": [{"text": f"{query['q'][0]} tower", "count": 2}], "popular": ["red barn"]}


def _counted(found: list[dict[str, Any]], key: str, label: str) -> list[dict[str, Any]]:
    values = [hit[key] for hit in found]
    return [{label: value, "count": values.count(value)} for value in sorted(set(values))]


def hit_of(seed: int) -> dict[str, Any]:
    """A picture of the catalogue; its files are painted when asked for."""
    width, height = SHAPES[seed % len(SHAPES)]
    painted = scene(seed, 64, 64)
    return {
        "id": f"01J0000000000000000000{seed:04}",
        "title": painted.caption,
        "description": "",
        "thumbnail_url": f"/img/{seed}.jpg",
        "preview_url": f"/img/{seed}.jpg",
        "contributor": "Ada Painter",
        "tags": list(painted.tags),
        "categories": [painted.category],
        "category": painted.category,
        "image_type": "photo" if seed % 2 else "render",
        "license": "commercial",
        "orientation": "square" if width == height else "landscape" if width > height else "portrait",
        "dimensions": f"{width}x{height}",
        "price": {"standard": 299, "enhanced": 1499},
    }


@cache
def jpeg(seed: int) -> bytes:
    """The picture of ``seed``."""
    file = io.BytesIO()
    scene(seed, *SHAPES[seed % len(SHAPES)]).picture.save(file, "JPEG", quality=85)
    return file.getvalue()


@dataclass(frozen=True)
class Site:
    """A running gallery."""

    url: str
    api: Marketplace
