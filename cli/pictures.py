"""Which files to send, and what to say about each."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from lumenstock.ingest.upload import media_type_of

# Of a kind that is not taken; such a file is not sent.
UNKNOWN_TYPE = "application/octet-stream"
CAPTIONS = "captions.csv"
MAX_TITLE = 200

# A dot before a digit is part of a number: "Nokia 8.3".
_SEPARATORS = re.compile(r"(?:[\s_\-+]|\.(?!\d))+")


class CaptionsError(ValueError):
    """A captions file or a manifest does not say what it should."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is said about a picture; empty fields are left to others."""

    title: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    allow_near_duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """One file to send. ``allow_near_duplicate``: its contributor means to have it beside its like."""

    path: Path
    content_type: str
    title: str
    description: str = ""
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    allow_near_duplicate: bool = False

    @property
    def size_bytes(self) -> int:
        """Its length now; 0 when it cannot be looked at, which its sending will tell of."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    @property
    def name(self) -> str:
        """The file's name as text: what is none in it becomes a question mark."""
        return legible(self.path.name)


def gather(
    paths: Iterable[Path], said: Words, passed_over: Callable[[Path], None] = lambda _: None
) -> list[Picture]:
    """The pictures at ``paths``; folders are searched through, other kinds of files in them passed over.

    ``passed_over`` is told of those, but for hidden ones and captions. Each field comes from ``captions.csv``
    beside the file, else from ``said``, else (the title) from the file's name.

    Raises:
        CaptionsError: A captions file is not as it should be.
        FileNotFoundError: A path does not exist.
    """
    captions: dict[Path, dict[str, Words]] = {}
    found = dict.fromkeys(file for path in paths for file in _files(path, passed_over))
    pictures = []
    for file in found:
        folder = file.parent
        if folder not in captions:
            captions[folder] = read_captions(folder / CAPTIONS) if (folder / CAPTIONS).is_file() else {}
        pictures.append(describe(file, captions[folder].get(file.name, Words()), said))
    return pictures


def read_captions(path: Path) -> dict[str, Words]:
    """What a captions file says, by file name.

    Its columns are ``filename``, ``title`` and, if wanted, ``description``, ``tags``, ``categories``;
    several words in one cell are parted by ``,`` or ``;``.

    Raises:
        CaptionsError: A column is missing or the file is not UTF-8.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            missing = {"filename", "title"} - set(rows.fieldnames or ())
            if missing:
                raise CaptionsError(f"{path} has no column {' and no column '.join(sorted(missing))}.")
            return {row["filename"]: _words(row) for row in rows}
    except UnicodeDecodeError as cause:
        raise CaptionsError(f"{path} is not UTF-8.") from cause


def title_of(path: Path) -> str:
    """A title from a file's name: ``red-car_02.jpg`` is "red car 02"."""
    return _SEPARATORS.sub(" ", legible(path.stem)).strip()[:MAX_TITLE] or legible(path.name)[:MAX_TITLE]


def legible(name: str) -> str:
    """``name`` as text that can be encoded: the system allows any bytes in the name of a file."""
    return name.encode(errors="replace").decode()


def split_words(cell: str) -> tuple[str, ...]:
    """Words parted by ``,`` or ``;``, without repeats."""
    return tuple(dict.fromkeys(word for part in re.split("[,;]", cell) if (word := part.strip())))


def is_told_of(name: str) -> bool:
    """Whether a file that is no picture was perhaps meant: not captions, nor what systems leave behind."""
    return not name.startswith(".") and name != CAPTIONS


def _files(path: Path, passed_over: Callable[[Path], None]) -> Iterator[Path]:
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if not file.is_file():
                continue
            if media_type_of(file.name):
                yield file
            elif is_told_of(file.name):
                passed_over(file)
    elif path.exists():
        yield path
    else:
        raise FileNotFoundError(f"{path} does not exist.")


def describe(path: Path, caption: Words, said: Words) -> Picture:
    """The picture at ``path``: each field from ``caption``, else from ``said``, else (the title) its name."""
    words = replace(
        caption,
        title=caption.title or said.title or title_of(path),
        description=caption.description or said.description,
        tags=caption.tags or said.tags,
        categories=caption.categories or said.categories,
    )
    return Picture(
        path=path,
        content_type=media_type_of(path.name) or UNKNOWN_TYPE,
        title=words.title,
        description=words.description,
        tags=words.tags,
        categories=words.categories,
        allow_near_duplicate=said.allow_near_duplicate,
    )


def _words(row: dict[str, str | None]) -> Words:
    return Words(
        title=(row["title"] or "").strip(),
        description=(row.get("description") or "").strip(),
        tags=split_words(row.get("tags") or ""),
        categories=split_words(row.get("categories") or ""),
    )
