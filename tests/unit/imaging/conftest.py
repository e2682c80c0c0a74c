"""One decoder process for all tests of the package: starting it is most of its cost."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from lumenstock.imaging.decoder import Decoder


@pytest.fixture(scope="session")
def decoder() -> Iterator[Decoder]:
    decoder = Decoder({})
    yield decoder
    decoder.close()


@pytest.fixture
def rendered(decoder: Decoder, tmp_path: Path) -> Callable[..., dict[str, Image.Image]]:
    """Render a file's bytes: the pictures by name, as Pillow (which has nothing of libvips) reads them."""

    def render(body: bytes, *names: str) -> dict[str, Image.Image]:
        path = tmp_path / "original"
        path.write_bytes(body)
        decoder.render(path, names, tmp_path)
        return {name: Image.open(io.BytesIO((tmp_path / f"{name}.webp").read_bytes())) for name in names}

    return render
