"""Asks sentence-transformers and our export about the same texts and pictures; fails where they differ.

    make parity                          # a small checkpoint of random weights
    make parity CHECKPOINT=FOLDER        # a fetched one

`--write` keeps what the oracle says of the small checkpoint, for the test that runs without torch.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from encoders.catalogue import RECIPES
from encoders.export import export
from encoders.vocabulary import Vocabulary
from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from tools.clip_parity import ANSWERS
from tools.clip_parity.compare import Answers, cosines, our_answers, padded
from tools.clip_parity.oracle import Oracle
from tools.clip_parity.samples import TEXTS, pictures
from tools.random_clip import SMALL, write_checkpoint

LEAST_COSINE = 0.99999
_FEW_WORDS = Vocabulary({"sea": ("the sea",)}, {"nature": ("nature",)}, ("a photo",))


def main() -> int:
    """Compare and print; the exit status is 1 if a vector or a token differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, help="folder of the hub's layout")
    parser.add_argument("--write", action="store_true", help="keep the oracle's answers")
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder:
        checkpoint = chosen.checkpoint or Path(folder, "checkpoint")
        if chosen.checkpoint is None:
            write_checkpoint(checkpoint, SMALL)
        oracle = Oracle(checkpoint)
        tokens = padded([oracle.tokens(text) for text in TEXTS])
        theirs = Answers(tokens, oracle.texts(TEXTS), oracle.images(pictures()), oracle.versions())
        if chosen.write:
            theirs.write(ANSWERS)
        model = Path(folder, "model")
        (recipe,) = RECIPES.values()
        export(recipe, checkpoint, model, _FEW_WORDS, print)
        ours = our_answers(OnnxEmbedder(model))
    texts, images = cosines(ours.texts, theirs.texts), cosines(ours.images, theirs.images)
    same_tokens = ours.tokens.shape == theirs.tokens.shape and bool((ours.tokens == theirs.tokens).all())
    print(f"oracle: {theirs.by}")
    print(f"  tokens of {len(TEXTS)} texts     {'equal' if same_tokens else 'DIFFERENT'}")
    print(f"  cosine of texts, least    {texts.min():.7f}")
    print(f"  cosine of pictures, least {images.min():.7f}")
    return 0 if same_tokens and min(texts.min(), images.min()) >= LEAST_COSINE else 1


if __name__ == "__main__":
    sys.exit(main())
