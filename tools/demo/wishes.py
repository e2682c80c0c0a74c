"""What the caller of the demo asked for, by environment variables: make passes them on."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lumenstock.kernel.errors import ConfigurationError

_PICTURES = 60
# So many show, as good as always, the five kinds of scene that the searches are about.
_LEAST_PICTURES = 12


@dataclass(frozen=True, slots=True)
class Wishes:
    """What to do.

    Attributes:
        seed: DEMO_SEED; the pictures and the contributor follow from it. Drawn when not given.
        count: DEMO_PICTURES, pictures to paint.
        photos: PHOTOS, a folder to take in as well.
        stop_at_end: DEMO_EXIT, whether to take the local cloud down.
        opensearch: SEARCH=opensearch, whether a real OpenSearch answers the searches.
    """

    seed: int
    count: int
    photos: Path | None
    stop_at_end: bool
    opensearch: bool = False

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Wishes:
        """Read the variables.

        Raises:
            ConfigurationError: One of them makes no sense.
        """
        photos = Path(environ["PHOTOS"]).expanduser() if environ.get("PHOTOS") else None
        if photos is not None and not photos.is_dir():
            raise ConfigurationError(f"PHOTOS={photos} is not a folder.")
        try:
            seed = int(environ["DEMO_SEED"]) if environ.get("DEMO_SEED") else secrets.randbelow(10**9)
            count = int(environ.get("DEMO_PICTURES") or _PICTURES)
        except ValueError as cause:
            raise ConfigurationError("DEMO_SEED and DEMO_PICTURES are whole numbers.") from cause
        if count < _LEAST_PICTURES:
            raise ConfigurationError(f"DEMO_PICTURES is at least {_LEAST_PICTURES}.")
        engine = environ.get("SEARCH") or "embedded"
        if engine not in {"embedded", "opensearch"}:
            raise ConfigurationError("SEARCH is embedded or opensearch.")
        return cls(
            seed,
            count,
            photos,
            stop_at_end=environ.get("DEMO_EXIT", "") not in {"", "0"},
            opensearch=engine == "opensearch",
        )
