from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from lumenstock import bootstrap
from lumenstock.catalog.marks import MarkOwner, payload_of
from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.invisible_mark import embed
from lumenstock.imaging.mark_detection import GATE
from lumenstock.kernel.ids import ImageId
from tests.conftest import Stores
from tests.functions.gateway import Answer, Gateway, Person
from tests.pictures import encode, flat_png, jpeg, photo, with_stated_size

ADMIN = Person(roles=("admin",))
IMAGE = MarkOwner.image(ImageId("01HZY0000000000000000000A1"))


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    decoder = Decoder({})
    yield decoder
    decoder.close()


@pytest.fixture(autouse=True)
def _stage(stores: Stores, decoder: Decoder, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    monkeypatch.setattr(bootstrap, "decoder", lambda: decoder)


def ask(file: bytes, person: Person = ADMIN) -> Answer:
    body = {"picture": base64.b64encode(file).decode()}
    return Gateway().request("POST", "/v1/admin/marks/detect", json=body, person=person)


def marked(owner: MarkOwner, *, claimed: bool = True) -> bytes:
    """A picture as anybody may find it: marked, scaled, encoded."""
    payload = payload_of(bootstrap.marks().claim(owner)) if claimed else 12345
    pixels = embed(np.asarray(photo(1024, 768)), bootstrap.mark_key().pattern(payload))
    return encode(Image.fromarray(pixels).resize((800, 600)), "JPEG", quality=80)


def test_a_public_file_names_its_image() -> None:
    answer = ask(marked(IMAGE)).json()
    assert answer["score"] > GATE
    assert answer == {"found": True, "score": answer["score"], "imageId": IMAGE.id, "licenceId": None}


def test_a_licensed_copy_names_its_licence() -> None:
    answer = ask(marked(MarkOwner.licence("01HZY0000000000000000000L1"))).json()
    assert (answer["imageId"], answer["licenceId"]) == (None, "01HZY0000000000000000000L1")


def test_a_picture_without_a_mark_is_not_claimed() -> None:
    answer = ask(jpeg(800, 600)).json()
    assert (answer["found"], answer["imageId"], answer["licenceId"]) == (False, None, None)
    assert answer["score"] < GATE


def test_a_mark_that_nobody_claimed_names_nobody() -> None:
    answer = ask(marked(IMAGE, claimed=False)).json()
    assert (answer["found"], answer["imageId"]) == (False, None)


def test_a_file_that_is_cut_short_is_looked_at_as_far_as_it_goes() -> None:
    file = marked(IMAGE)
    assert ask(file[: len(file) * 3 // 4]).json()["imageId"] == IMAGE.id


@pytest.mark.parametrize("roles", [("contributor",), ("buyer",), ()])
def test_only_admins_may_ask(roles: tuple[str, ...]) -> None:
    answer = ask(jpeg(40, 30), replace(ADMIN, roles=roles))
    assert (answer.status, answer.code) == (403, "forbidden")


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (b"no picture", "not_an_image"),
        (b"\xff\xd8\xff\xe0 no picture either", "unreadable_header"),
        (flat_png(8, 8), "too_small"),
        (with_stated_size(jpeg(60, 40), 40_000, 50_000), "too_many_pixels"),
    ],
)
def test_what_is_no_picture_is_refused_with_the_reason(file: bytes, code: str) -> None:
    answer = ask(file)
    assert (answer.status, answer.code) == (422, "validation_failed")
    assert code in [error["code"] for error in answer.json()["errors"]]


def test_a_file_of_exactly_the_limit_passes_the_gateway_and_one_byte_more_does_not() -> None:
    noise = b"\xff\xd8\xff" + bytes(4_000_000 - 3)
    assert [error["code"] for error in ask(noise).json()["errors"]] != ["string_too_long"]
    assert [error["code"] for error in ask(noise + b"xxx").json()["errors"]] == ["string_too_long"]


def test_text_that_is_not_base64_is_named_and_not_repeated() -> None:
    answer = Gateway().request("POST", "/v1/admin/marks/detect", json={"picture": "ä secret ä"}, person=ADMIN)
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["detail"]) == ("/picture", "This is not base64.")
    assert "secret" not in answer.body
