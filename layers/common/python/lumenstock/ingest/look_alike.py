"""Look alike: a picture from anywhere as a question to the search."""

from __future__ import annotations

import logging

from lumenstock.embedding.model import Embedder
from lumenstock.embedding.preprocess import squared
from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.grey import miniature
from lumenstock.ingest.checks import FileLimits
from lumenstock.ingest.stranger import read_stranger
from lumenstock.kernel.errors import SearchUnavailableError
from lumenstock.search.alike import Appearance
from lumenstock.search.ports import QueryVector

# Twice the side that models take: what is lost above it, they would not see.
_LONGEST_PX = 768

logger = logging.getLogger(__name__)


def embed_stranger(embedder: Embedder, decoder: Decoder, picture: bytes, limits: FileLimits) -> Appearance:
    """What a file that is not kept looks like.

    Raises:
        InvalidInputError: It is no picture that can be looked at; all reasons are named.
        SearchUnavailableError: The model fails.
    """
    pixels = read_stranger(decoder, picture, limits, _LONGEST_PX)
    manifest = embedder.manifest
    square = squared(pixels, manifest.image_size_px, manifest.resampling)
    try:
        (vector,) = embedder.encode_images(square[None])
    except Exception as error:
        logger.exception("A picture could not be embedded.")
        message = "Pictures cannot be compared just now."
        raise SearchUnavailableError(message) from error
    return Appearance(QueryVector(manifest.id, vector), miniature(pixels))
