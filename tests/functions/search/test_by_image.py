"""``POST /v1/search/by-image``."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from functions.runtime.picture import MAX_PICTURE_BYTES
from functions.search import api
from lumenstock import bootstrap
from lumenstock.embedding.model import Pixels, Resampling, Vectors
from lumenstock.embedding.preprocess import squared
from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.grey import miniature
from lumenstock.kernel.errors import ConfigurationError
from lumenstock.search.ports import SearchIndex
from tests.conftest import forget_cached
from tests.contract.search.documents import document, toward, unit_vector
from tests.functions.gateway import Answer, Gateway
from tests.functions.search.conftest import Get
from tests.pictures import encode, jpeg, with_stated_size
from tests.unit.search.models import FewWords
from tools.scenes import scene

DARK, BRIGHT = unit_vector(201), unit_vector(202)


class Brightness(FewWords):
    """Sees whether a picture is dark or bright."""

    def encode_images(self, pixels: Pixels) -> Vectors:
        assert pixels.shape[1:] == (64, 64, 3)
        return np.stack([BRIGHT if picture.mean() > 128 else DARK for picture in pixels])


class Cubic(FewWords):
    """Was trained on pictures that are shrunk by cubics, and remembers what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.manifest = replace(self.manifest, resampling=Resampling.BICUBIC)
        self.given: list[Pixels] = []

    def encode_images(self, pixels: Pixels) -> Vectors:
        self.given += list(pixels)
        return super().encode_images(pixels)


class Blind(FewWords):
    """Fails on every picture."""

    def encode_images(self, pixels: Pixels) -> Vectors:
        raise RuntimeError(len(pixels))


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    decoder = Decoder({})
    yield decoder
    decoder.close()


@pytest.fixture(autouse=True)
def _stage(get: Get, decoder: Decoder, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - the stage
    monkeypatch.setattr(bootstrap, "decoder", lambda: decoder)
    monkeypatch.setattr(bootstrap, "embedder", Brightness)


def flat(grey: int) -> bytes:
    return encode(Image.new("RGB", (300, 200), (grey, grey, grey)), "PNG")


def ask(file: bytes, query: str = "") -> Answer:
    body = {"picture": base64.b64encode(file).decode()}
    return Gateway().request("POST", f"/v1/search/by-image{query}", json=body)


def found(answer: Answer) -> list[int]:
    assert answer.status == 200, answer.body
    return [int(result["id"]) for result in answer.json()["results"]]


@pytest.fixture
def documents(index: SearchIndex) -> None:
    index.write([document(n, vector=toward(BRIGHT, 0.9 - n / 10, n)) for n in range(4)])
    index.write([document(9, vector=DARK)])


@pytest.mark.usefixtures("documents")
def test_what_looks_alike_comes_first() -> None:
    assert found(ask(flat(250)))[:4] == [0, 1, 2, 3]
    assert found(ask(flat(5)))[0] == 9


@pytest.mark.usefixtures("documents")
def test_what_it_was_cut_out_of_comes_before_what_is_nearer_by_its_vector(index: SearchIndex) -> None:
    whole = scene(5_000_101, 400, 300).picture
    look = miniature(np.asarray(whole)).levels
    index.write([document(20, vector=toward(BRIGHT, 0.5), miniature=look, width_px=400, height_px=300)])
    assert found(ask(encode(whole.crop((0, 0, 320, 240)), "PNG")))[0] == 20


@pytest.mark.usefixtures("documents")
def test_the_score_is_the_cosine() -> None:
    answer = ask(flat(250))
    assert answer.json()["results"][0]["score"] == pytest.approx(0.9, abs=1e-3)


@pytest.mark.usefixtures("documents")
def test_no_more_than_asked_for_are_given() -> None:
    assert len(found(ask(jpeg(800, 600), "?page_size=2"))) == 2


def test_the_picture_is_shrunk_as_those_were_that_it_is_compared_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = Cubic()
    monkeypatch.setattr(bootstrap, "embedder", lambda: model)
    pixels = np.random.default_rng(7).integers(0, 256, (200, 300, 3), np.uint8)
    assert ask(encode(Image.fromarray(pixels), "PNG")).status == 200
    (given,) = model.given
    assert (given == squared(pixels, 64, Resampling.BICUBIC)).all()


def test_the_answer_is_kept_nowhere() -> None:
    assert ask(jpeg(80, 60)).headers["cache-control"] == "no-store"


def test_what_is_no_picture_is_refused() -> None:
    answer = ask(b"just words")
    assert (answer.status, answer.json()["errors"][0]["pointer"]) == (422, "/picture")


def test_a_picture_that_unfolds_to_too_much_is_refused() -> None:
    answer = ask(with_stated_size(jpeg(80, 60), 20_000, 20_000))
    assert (answer.status, answer.code) == (422, "validation_failed")


def test_a_picture_that_is_too_long_is_refused() -> None:
    answer = ask(b"\xff\xd8\xff" + bytes(MAX_PICTURE_BYTES + 4096))
    assert (answer.status, answer.code) == (413, "payload_too_large")


def test_text_that_is_not_base64_is_refused() -> None:
    answer = Gateway().request("POST", "/v1/search/by-image", json={"picture": "?"})
    assert (answer.status, answer.json()["errors"][0]["pointer"]) == (422, "/picture")


def test_a_model_that_fails_makes_it_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "embedder", Blind)
    answer = ask(jpeg(80, 60))
    assert (answer.status, answer.code) == (503, "search_unavailable")
    assert int(answer.headers["retry-after"]) > 0


def test_without_a_model_it_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> FewWords:
        raise ConfigurationError

    monkeypatch.setattr(bootstrap, "embedder", missing)
    assert ask(jpeg(80, 60)).code == "search_unavailable"


def test_without_an_engine_it_is_unavailable(set_stage: Callable[..., None], decoder: Decoder) -> None:
    set_stage(SEARCH_ENGINE="none")
    forget_cached(api)
    decoder.start()
    assert ask(jpeg(80, 60)).code == "search_unavailable"
