"""A contact sheet: what a search found, with titles, as one PNG to look at."""

from __future__ import annotations

import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urljoin

import httpx
from PIL import Image, ImageDraw, ImageFont, ImageOps

from cli.responses import Hit
from lumenstock.kernel.errors import UnavailableError

_COLUMNS = 5
_CELL = (320, 240)
_CAPTION_PX = 44
_MARGIN_PX = 16
_HEAD_PX = 56
_PAPER, _INK, _SOFT, _MARK = "#fbfaf8", "#1b1c20", "#5d6069", "#c77700"


def save(heading: str, hits: Sequence[Hit], path: Path, api: str, marked: str = "") -> None:
    """Fetch the thumbnails of ``hits`` from ``api`` and write the sheet to ``path``.

    Titles that are ``marked`` stand out.

    Raises:
        UnavailableError: A thumbnail does not come.
    """
    with httpx.Client(trust_env=False) as http, ThreadPoolExecutor(_COLUMNS) as pool:
        pictures = list(pool.map(lambda hit: _fetch(http, urljoin(api, hit.thumbnail_url)), hits))
    rows = -(-len(pictures) // _COLUMNS) or 1
    width = _COLUMNS * (_CELL[0] + _MARGIN_PX) + _MARGIN_PX
    height = _HEAD_PX + rows * (_CELL[1] + _CAPTION_PX + _MARGIN_PX)
    sheet = Image.new("RGB", (width, height), _PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((_MARGIN_PX, 14), heading, _INK, _font(24))
    for place, (picture, hit) in enumerate(zip(pictures, hits, strict=True)):
        row, column = divmod(place, _COLUMNS)
        left = _MARGIN_PX + column * (_CELL[0] + _MARGIN_PX)
        top = _HEAD_PX + row * (_CELL[1] + _CAPTION_PX + _MARGIN_PX)
        cell = ImageOps.contain(picture, _CELL)
        sheet.paste(cell, (left + (_CELL[0] - cell.width) // 2, top + (_CELL[1] - cell.height) // 2))
        score = "" if hit.score is None else f"{hit.score:.4f}"
        title = f"{place + 1}  {hit.title}"
        colour = _MARK if hit.title == marked else _INK
        draw.text((left, top + _CELL[1] + 4), _shortened(title, _CELL[0]), colour, _font(16))
        draw.text((left, top + _CELL[1] + 23), score, _SOFT, _font(13))
    sheet.save(path)


def _fetch(http: httpx.Client, address: str) -> Image.Image:
    try:
        content = http.get(address).raise_for_status().content
    except httpx.HTTPError as cause:
        raise UnavailableError(f"{address} does not come ({cause}).") from cause
    return Image.open(io.BytesIO(content)).convert("RGB")


def _font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size_px)


def _shortened(text: str, width_px: int) -> str:
    while _font(16).getlength(text) > width_px:
        text = f"{text[:-2].rstrip()}…"
    return text
