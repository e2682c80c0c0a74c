"""All figures, over one shelf of scenes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from lumenstock.embedding.model import Embedder
from lumenstock.kernel.ids import ImageId
from lumenstock.search.colors import BUCKETS
from lumenstock.search.model import Mode, SearchRequest
from lumenstock.search.ports import Filters, IndexQuery
from lumenstock.search.projection import COLOR_SHARE
from tools.search_quality import photos
from tools.search_quality.ranking import DEPTH, ndcg, precision
from tools.search_quality.scenes import Question, Truth, captions, picture_of, shelve, unseen_words
from tools.search_quality.shelf import Shelf
from tools.search_quality.similar import CROPPED, EVERY_CHANGE, MIRRORED, REENCODED, TRIMMED, ranks

_FINDS = 5
_COPIED = 100  # pictures whose copies are looked for
_LOSS_BY_FUSION = 0.02


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure.

    Attributes:
        value: In [0, 1]; more is better.
        least: What is accepted; None where the figure is told beside others.
    """

    name: str
    value: float
    least: float | None = None


def measure(
    embedder: Embedder, held_out: Sequence[int], queries: Sequence[int], photo_folder: Path | None = None
) -> tuple[Figure, ...]:
    """Index the scenes of ``held_out``, ask for those of ``queries``, and tell how it went.

    Raises:
        ConfigurationError: No photo in ``photo_folder`` has a title.
    """
    # tantivy's own thread may touch its lock file while the folder goes.
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        shelf = Shelf(embedder, Path(folder))
        truths = shelve(shelf, held_out)
        figures = [
            *_captions(shelf, truths, captions(queries)),
            *_unseen(shelf, truths),
            Figure("colour filter: precision", _color_precision(shelf, truths), 0.95),
            Figure("similar: of the same kind among ten", _same_kind(shelf, truths), 0.8),
            *_copies(shelf, list(zip(truths, held_out, strict=True))[:_COPIED]),  # last: they stay
        ]
    return (*figures, *(_photos(embedder, photo_folder) if photo_folder else ()))


def _captions(shelf: Shelf, truths: Mapping[ImageId, Truth], questions: Sequence[Question]) -> list[Figure]:
    finds = {mode: [_gains(shelf, truths, asked, mode) for asked in questions] for mode in Mode}
    by_kind = defaultdict(list)
    for asked, gains in zip(questions, finds[Mode.SEMANTIC], strict=True):
        by_kind[asked.kinds].append(_precision(gains))
    return [
        Figure("captions: semantic P@5", _mean(_precision(gains) for gains in finds[Mode.SEMANTIC]), 0.85),
        Figure("captions: semantic P@5 of the hardest kind", min(map(_mean, by_kind.values())), 0.25),
        *_fusion("captions", truths, questions, finds),
    ]


def _unseen(shelf: Shelf, truths: Mapping[ImageId, Truth]) -> list[Figure]:
    questions = unseen_words()
    finds = {mode: [_gains(shelf, truths, asked, mode) for asked in questions] for mode in Mode}
    return [
        Figure("unseen words: semantic P@5", _mean(_precision(gains) for gains in finds[Mode.SEMANTIC]), 0.6),
        *_fusion("unseen words", truths, questions, finds),
    ]


def _fusion(
    name: str,
    truths: Mapping[ImageId, Truth],
    questions: Sequence[Question],
    finds: Mapping[Mode, Sequence[Sequence[float]]],
) -> list[Figure]:
    ideals = [[asked.gain(truth) for truth in truths.values()] for asked in questions]
    scores = {mode: _mean(map(ndcg, of_mode, ideals)) for mode, of_mode in finds.items()}
    better = max(scores[Mode.KEYWORD], scores[Mode.SEMANTIC])
    return [
        Figure(f"{name}: keyword nDCG@10", scores[Mode.KEYWORD]),
        Figure(f"{name}: semantic nDCG@10", scores[Mode.SEMANTIC]),
        Figure(f"{name}: hybrid nDCG@10", scores[Mode.HYBRID], better - _LOSS_BY_FUSION),
    ]


def _color_precision(shelf: Shelf, truths: Mapping[ImageId, Truth]) -> float:
    """Of all finds of all colours, the share whose pixels are of that colour to as much as is promised."""
    right = []
    for bucket in BUCKETS:
        found = shelf.index.query(IndexQuery(filters=Filters(color=bucket), window=len(truths))).keyword
        right += [truths[hit.id].colors[bucket] >= COLOR_SHARE for hit in found]
    return _mean(right)


def _same_kind(shelf: Shelf, truths: Mapping[ImageId, Truth]) -> float:
    """Of what ``similar`` finds for every picture, the share that shows the same kind of scene."""
    return _mean(
        truths[found.document.id].kind == truth.kind
        for image_id, truth in truths.items()
        for found in shelf.search.similar(image_id, DEPTH)
    )


def _copies(shelf: Shelf, originals: Sequence[tuple[ImageId, int]]) -> list[Figure]:
    pictures = [(image_id, picture_of(seed)) for image_id, seed in originals]
    kinds = REENCODED, MIRRORED, TRIMMED, CROPPED
    places = ranks(shelf, pictures, EVERY_CHANGE)
    reencoded, mirrored, trimmed, cropped = (
        [rank for name in changes for rank in places[name]] for changes in kinds
    )
    return [
        Figure("similar: re-encoded copies first", _mean(rank == 1 for rank in reencoded), 0.98),
        Figure("similar: mirrored copies first", _mean(rank == 1 for rank in mirrored), 0.98),
        Figure("similar: copies without 5 % at each side first", _mean(rank == 1 for rank in trimmed), 0.95),
        Figure("similar: copies without a fifth first", _mean(rank == 1 for rank in cropped), 0.93),
        Figure("similar: copies without a fifth among ten", _mean(rank <= DEPTH for rank in cropped)),
    ]


def _photos(embedder: Embedder, folder: Path) -> list[Figure]:
    found = photos.measure(embedder, folder)
    return [
        Figure(f"{found.count} photos: nDCG@10 of titles alone", found.titles),
        Figure(f"{found.count} photos: hybrid nDCG@10", found.both, found.titles),
        Figure(f"{found.count} photos: similar: all these copies first", found.copies_first, 0.98),
    ]


def _gains(shelf: Shelf, truths: Mapping[ImageId, Truth], asked: Question, mode: Mode) -> list[float]:
    page = shelf.search.search(SearchRequest(asked.words, mode, page_size=DEPTH))
    return [asked.gain(truths[result.document.id]) for result in page.results]


def _precision(gains: Sequence[float]) -> float:
    return precision([gain > 0 for gain in gains], _FINDS)


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))
