"""Real photos with titles: does the picture help, or does it spoil what the words find?"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image, ImageOps

from lumenstock.embedding.model import Embedder
from lumenstock.kernel.errors import ConfigurationError
from lumenstock.kernel.ids import ImageId
from lumenstock.search.model import Mode, SearchRequest
from tools.search_quality.ranking import DEPTH, ndcg
from tools.search_quality.shelf import Picture, Shelf
from tools.search_quality.similar import EVERY_CHANGE, ranks

OWN_LABELS = "search.toml"
"""In a folder of photos: what is to be seen on them. Without it, that of two public collections is known."""

_KNOWN_LABELS = Path(__file__).with_name("photos.toml")
_WIDTH_PX = 512


@dataclass(frozen=True, slots=True)
class Labels:
    """What people say of photos.

    Attributes:
        titles: By file name.
        questions: By the words, the file names of the photos that answer them.
    """

    titles: Mapping[str, str]
    questions: Mapping[str, frozenset[str]]


def labels_for(folder: Path) -> Labels:
    """The labels of the photos that are in ``folder``.

    Raises:
        ConfigurationError: No photo in it has a title.
    """
    own = folder / OWN_LABELS
    said = tomllib.loads((own if own.is_file() else _KNOWN_LABELS).read_text(encoding="utf-8"))
    present = {file.name for file in folder.rglob("*")}
    titles = {name: title for name, title in said["titles"].items() if name in present}
    if not titles:
        message = f"No photo in {folder} has a title: write {OWN_LABELS} there as {_KNOWN_LABELS.name} is."
        raise ConfigurationError(message)
    questions = {words: frozenset(right) & titles.keys() for words, right in said["questions"].items()}
    return Labels(titles, {words: right for words, right in questions.items() if right})


@dataclass(frozen=True, slots=True)
class Found:
    """How well photos are found.

    Attributes:
        count: How many they are.
        titles: nDCG@10 of titles alone.
        both: The same of titles and pictures.
        copies_first: Share of changed copies that ``similar`` puts before every other photo.
    """

    count: int
    titles: float
    both: float
    copies_first: float


def measure(embedder: Embedder, folder: Path) -> Found:
    """Look for the photos in ``folder`` by words, and for copies of them by likeness.

    Raises:
        ConfigurationError: No photo in it has a title.
    """
    labels = labels_for(folder)
    files = sorted(file for file in folder.rglob("*") if file.name in labels.titles)
    # tantivy's own thread may touch its lock file while the folder goes.
    with TemporaryDirectory(ignore_cleanup_errors=True) as place:
        shelf = Shelf(embedder, Path(place))
        pictures = [_picture(file) for file in files]
        titles = [labels.titles[file.name] for file in files]
        ids = shelf.add(Picture(np.asarray(one), title) for one, title in zip(pictures, titles, strict=True))
        names = dict(zip(ids, (file.name for file in files), strict=True))
        scores = {mode: _score(shelf, names, labels, mode) for mode in (Mode.KEYWORD, Mode.HYBRID)}
        # Last: the copies stay.
        places = ranks(shelf, list(zip(ids, pictures, strict=True)), EVERY_CHANGE)
        first = float(np.mean([rank == 1 for of_change in places.values() for rank in of_change]))
    return Found(len(files), scores[Mode.KEYWORD], scores[Mode.HYBRID], first)


def _score(shelf: Shelf, names: Mapping[ImageId, str], labels: Labels, mode: Mode) -> float:
    found = []
    for words, right in labels.questions.items():
        page = shelf.search.search(SearchRequest(words, mode, page_size=DEPTH))
        gains = [float(names[result.document.id] in right) for result in page.results]
        found.append(ndcg(gains, [1.0] * len(right)))
    return float(np.mean(found))


def _picture(file: Path) -> Image.Image:
    with Image.open(file) as opened:
        opened.draft("RGB", (_WIDTH_PX, _WIDTH_PX))
        picture = ImageOps.exif_transpose(opened).convert("RGB")
    picture.thumbnail((_WIDTH_PX, _WIDTH_PX))
    return picture
