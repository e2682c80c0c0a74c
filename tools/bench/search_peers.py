"""The embedded index against other engines for one machine, in one run: LanceDB, Qdrant's local mode, SQLite.

All answer the same hybrid questions with the same filters: the 100 best by words and the 100 nearest, fused
by ranks. Ours counts five facets and the total besides, which the others do not. As the peers are large, they
are installed and measured only where ``PEERS=1`` asks for them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from lumenstock.adapters.embedded.index import EmbeddedIndex
from lumenstock.embedding.model import Vectors, from_f16
from lumenstock.search.document import Document
from lumenstock.search.hybrid import Leg, fuse
from lumenstock.search.ports import IndexQuery, QueryVector
from tools.bench import report
from tools.bench.search import DOCUMENTS, Catalogue, Times, timed

QUESTIONS, WINDOW = 300, 100
FILTERS = ("category", "orientation", "min_width_px")
SCRIPTS = Path(__file__).with_name("peers")
PYTHON = Path(__file__).parents[2] / ".venv-bench-search" / "bin" / "python"
PEERS = ("sqlite", "lancedb", "qdrant")


@dataclass(frozen=True, slots=True)
class Measured:
    """What an engine took, and the ten that it put first for each question."""

    times: Times
    first: list[list[int]]


def ours(documents: list[Document], questions: list[IndexQuery], folder: Path) -> Measured:
    """The embedded index, and the fusion of its legs."""
    index = EmbeddedIndex(folder)
    index.write(documents)
    first: dict[int, list[int]] = {}

    def ask(number: int) -> None:
        answer = index.query(questions[number])
        fused = fuse([Leg([hit.id for hit in leg]) for leg in (answer.keyword, answer.vector)])
        first[number] = [int(hit.id) for hit in fused[:10]]

    times = timed(partial(ask, number) for number in range(len(questions)))
    return Measured(times, list(first.values()))


def theirs(engine: str, folder: Path) -> Measured:
    """A peer, in a process and an environment of its own."""
    command = [str(PYTHON), str(SCRIPTS / "search_engines.py"), engine, str(folder)]
    told = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return Measured(Times(told["each_ms"], told["cpu_ms"]), told["first"])


def write_down(documents: list[Document], questions: list[IndexQuery], near: Vectors, folder: Path) -> None:
    """What the peers read."""
    texts: list[dict[str, Any]] = [
        {
            "title": one.title,
            "tags": " ".join(one.tags),
            "description": one.description,
            "category": one.categories[0],
            "orientation": one.orientation,
            "width_px": one.width_px,
        }
        for one in documents
    ]
    asked = [
        {"text": one.text, "filters": {name: getattr(one.filters, name) for name in FILTERS}}
        for one in questions
    ]
    (folder / "documents.json").write_text(json.dumps(texts))
    (folder / "questions.json").write_text(json.dumps(asked))
    np.save(folder / "vectors.npy", np.stack([from_f16(one.vector_f16) for one in documents]))
    np.save(folder / "near.npy", near)


def shared(some: Measured, others: Measured) -> float:
    """The share of the first ten of one engine that another has among its own."""
    pairs = zip(some.first, others.first, strict=True)
    return float(np.mean([len({*one} & {*other}) / max(len(one), 1) for one, other in pairs]))


def main() -> None:
    """Measure 10,000 documents, and say how far the engines agree."""
    if os.environ.get("PEERS") != "1":
        print("not measured: PEERS=1 installs other engines (0.5 GB) and asks them, too", file=sys.stderr)
        return
    subprocess.run([str(SCRIPTS / "set_up.sh"), "search"], check=True)
    catalogue = Catalogue()
    documents, near = catalogue.documents(DOCUMENTS), catalogue.vectors(QUESTIONS)
    questions = [
        IndexQuery(
            text=catalogue.text(1 + number % 4),
            vector=QueryVector("bench@1", near[number]),
            filters=catalogue.filters(number),
            window=WINDOW,
        )
        for number in range(QUESTIONS)
    ]
    with TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        write_down(documents, questions, near, folder)
        us = ours(documents, questions, folder / "index")
        for engine in PEERS:
            them = theirs(engine, folder)
            its, our = them.times, us.times
            print(
                f"{engine}: p99 {its.p99_ms:.1f} ms, CPU {its.cpu_ms:.1f} ms a question, "
                f"{shared(them, us):.0%} of its first ten are among ours",
                file=sys.stderr,
            )
            report(f"search.embedded.ratio_to_{engine}.p99", our.p99_ms / its.p99_ms, "ours / its")
            report(f"search.embedded.ratio_to_{engine}.cpu", our.cpu_ms / its.cpu_ms, "ours / its")


if __name__ == "__main__":
    main()
