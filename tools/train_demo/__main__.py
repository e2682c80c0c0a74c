"""Trains the demo model from nothing but the generator and the teacher: about 13 CPU-minutes.

    make model

Everything is seeded; what takes long (pictures, the teacher's vectors) is kept in ``--cache``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import time
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from encoders.heads import save_heads
from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from lumenstock.adapters.onnx.folder import HEADS, IMAGE_GRAPH, MANIFEST, TEXT_GRAPH, TOKENIZER
from lumenstock.embedding.model import Resampling, Vectors
from lumenstock.embedding.preprocess import squared
from tools.scenes import TRAINING_SEEDS
from tools.train_demo import MODEL_FOLDER
from tools.train_demo.data import Scenes, paint
from tools.train_demo.export import export_image_graph, export_text_graph, export_tokenizer
from tools.train_demo.heads import category_rows, tag_rows
from tools.train_demo.image_tower import train_image_tower
from tools.train_demo.network import IMAGE_PX
from tools.train_demo.teacher import Teacher, teacher_folder
from tools.train_demo.text_tower import first_table, phrases, token_ids, train_text_tower

CALIBRATION_SEEDS = range(2_000_000, 2_004_000)
VERSION = "1"
_STEPS, _EPOCHS = 900, 10
_NOTICE = (
    "A demonstrator, trained on generated scenes so that the offline run and the tests have a meaning to "
    "search by. It is not CLIP and knows little of real photographs."
)
_LICENCE = (
    "Apache-2.0; the text side is distilled from all-MiniLM-L6-v2 (Apache-2.0, "
    "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2)"
)


def main() -> None:
    """Train, export, calibrate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=Path, default=MODEL_FOLDER, help="folder of the model")
    parser.add_argument("--cache", type=Path, default=Path(".cache/train_demo"), help="pictures and vectors")
    parser.add_argument("--workers", type=int, default=2, help="processes that paint")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    started = time.process_time()
    built = chosen.cache / "built"
    built.mkdir(parents=True, exist_ok=True)
    _train(built, chosen.cache, chosen.workers)
    _calibrate(built, chosen.cache, chosen.workers)
    (built / "NOTICE").write_text(f"{_NOTICE}\n\n{_LICENCE}\n")
    shutil.copytree(built, chosen.out, dirs_exist_ok=True)  # only now: a model in use never lacks a file
    size_mb = sum(file.stat().st_size for file in chosen.out.iterdir()) / 1e6
    print(f"{chosen.out}: {size_mb:.2f} MB after {time.process_time() - started:.0f} CPU-s here")


def _train(out: Path, cache: Path, workers: int) -> None:
    print("painting")
    scenes = paint(TRAINING_SEEDS, cache / "scenes", workers)
    captions = sorted(set(scenes.captions))
    places = {caption: place for place, caption in enumerate(captions)}
    said = [places[caption] for caption in scenes.captions]
    print(f"{len(scenes.captions)} pictures, {len(captions)} captions; the teacher reads them")
    teacher = Teacher(cache)
    tower, space = train_image_tower(
        scenes.pixels, teacher.encode(captions)[said], said, scenes.kind_numbers, _STEPS
    )
    tokenizer = Tokenizer.from_file(str(teacher_folder() / "tokenizer.json"))
    texts = phrases(tokenizer, captions)
    print(f"{len(texts)} phrases; the teacher reads them")
    table = first_table(teacher, tokenizer)
    ids = token_ids(tokenizer, texts)
    export_image_graph(tower, out / IMAGE_GRAPH)
    export_text_graph(train_text_tower(table, ids, teacher.encode(texts), space, _EPOCHS), out / TEXT_GRAPH)
    export_tokenizer(tokenizer, out / TOKENIZER)
    _write_manifest(out, frozenset())


def _calibrate(out: Path, cache: Path, workers: int) -> None:
    scenes = paint(CALIBRATION_SEEDS, cache / "scenes", workers)
    embedder = OnnxEmbedder(out)
    vectors = _vectors(embedder, scenes)
    tags, categories = tag_rows(embedder, scenes, vectors), category_rows(embedder, scenes, vectors)
    save_heads(out / HEADS, {"tags": tags, "categories": categories})
    _write_manifest(out, frozenset({"tags", "categories"}))
    print(f"{len(tags)} tags: {', '.join(row.label for row in tags)}")
    print(f"{len(categories)} directions of {len({row.label for row in categories})} categories")


def _vectors(embedder: OnnxEmbedder, scenes: Scenes) -> Vectors:
    squares = [squared(picture, IMAGE_PX, Resampling.AREA) for picture in scenes.pixels]
    return np.concatenate(
        [
            embedder.encode_images(np.stack(squares[start : start + 100]))
            for start in range(0, len(squares), 100)
        ]
    )


def _write_manifest(out: Path, knows: frozenset[str]) -> None:
    names = [name for name in (IMAGE_GRAPH, TEXT_GRAPH, TOKENIZER, HEADS) if (out / name).exists()]
    manifest = {
        "name": "demo",
        "version": VERSION,
        "notice": _NOTICE,
        "licence": _LICENCE,
        "image_size_px": IMAGE_PX,
        "visual_weight": 0.3,
        "knows": sorted(knows),
        "files": {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in names},
    }
    (out / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
