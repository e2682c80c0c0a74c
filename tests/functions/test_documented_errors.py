"""Every error that the API document promises is provoked here, operation by operation.

The document says what can go wrong (:mod:`functions.runtime.contract`); this file and the folder
``provocations`` must know a way to each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

import functions.moderation.api
import functions.search.api
from functions.runtime.http import MAX_BODY_BYTES
from functions.runtime.problems import PROBLEM_MEDIA_TYPE
from lumenstock import bootstrap
from lumenstock.adapters.aws.catalog import DynamoCatalog
from lumenstock.adapters.aws.identity import CognitoIdentity
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.kernel.ids import ImageId
from tests.conftest import forget_cached
from tests.functions.gateway import Answer, Person
from tests.functions.provocations.decisions import DECISIONS
from tests.functions.provocations.samples import (
    ANA,
    SAMPLES,
    Sample,
)
from tests.functions.provocations.scene import Provocation, Scene, broken, forged_cursor, sent
from tests.functions.provocations.uploads import UPLOADS, by_companion, over
from tests.functions.provocations.webhooks import WEBHOOKS
from tests.identity import FakeIdentity
from tools.openapi.document import build
from tools.openapi.merge import operations


@dataclass(frozen=True)
class Refusing:
    """A client of Cognito that refuses every call."""

    code: str

    def __getattr__(self, name: str) -> Callable[..., NoReturn]:
        def refuse(**_: object) -> NoReturn:
            raise ClientError({"Error": {"Code": self.code, "Message": ""}}, name)

        return refuse


def with_accounts(provider: Any) -> Provocation:
    def provoke(scene: Scene, sample: Sample) -> Answer:
        scene.identity(provider)
        return sample.send()

    return provoke


def key_in_work(scene: Scene, sample: Sample) -> Answer:
    scene.no_attempt_ends()
    sample.send(headers={"Idempotency-Key": "k"})
    return sample.send(headers={"Idempotency-Key": "k"})


def key_of_another_body(scene: Scene, sample: Sample) -> Answer:
    scene.no_attempt_ends()
    sample.send(headers={"Idempotency-Key": "k"})
    other = {**sample.json, "title": "Another"} if isinstance(sample.json, dict) else {}
    return sample.send(headers={"Idempotency-Key": "k"}, json=other)


def retry_of_an_upload(scene: Scene, sample: Sample) -> Answer:
    return sample.send(target=f"/v1/images/{scene.announced()}/retry")


def retry_that_loses_every_race(scene: Scene, sample: Sample) -> Answer:
    image_id = scene.announced()
    for status in (Status.PROCESSING, Status.PROCESSING_FAILED):
        now = bootstrap.clock().now()
        bootstrap.catalog().update(image_id, lambda image, to=status, at=now: image.moved(to, at))  # type: ignore[misc]
    read = DynamoCatalog.get

    def read_late(self: DynamoCatalog, image_id: ImageId) -> Image:
        present = read(self, image_id)
        return replace(present, version=present.version - 1)

    scene.patch.setattr(DynamoCatalog, "get", read_late)
    return sample.send(target=f"/v1/images/{image_id}/retry")


GENERAL: dict[str, Provocation] = {
    "bad_request": sent(json=None, body="{", headers={"content-type": "application/json"}),
    "capability_expired": by_companion(over),
    "capability_refused": sent(),
    "forbidden": sent(person=Person(roles=("buyer",))),
    "idempotency_key_reused": key_of_another_body,
    "internal": broken(RuntimeError("a bug")),
    "not_authenticated": sent(person=replace(ANA, token_use="id")),
    "not_found": sent(),
    "precondition_failed": sent(headers={"If-Match": '"another"'}),
    "precondition_required": sent(headers={}),
    "payload_too_large": sent(json={"x": "x" * MAX_BODY_BYTES}),
    "request_in_progress": key_in_work,
    "search_unavailable": sent(),
    "too_many_requests": with_accounts(CognitoIdentity(Refusing("TooManyRequestsException"), "p", "c")),  # type: ignore[arg-type]
    "unavailable": broken(EndpointConnectionError(endpoint_url="https://nowhere")),
    "unsupported_media_type": sent(json=None, body="x=1", headers={"content-type": "text/plain"}),
    "validation_failed": lambda _, sample: sample.send(**sample.wrong),
}

# Setting up stores takes most of the time of a test; these errors never get so far.
BEFORE_ANY_STORE = {
    "bad_request",
    "forbidden",
    "internal",
    "not_authenticated",
    "payload_too_large",
    "precondition_failed",
    "precondition_required",
    "unavailable",
    "unsupported_media_type",
    "validation_failed",
}

PARTICULAR: dict[tuple[str, str], Provocation] = {
    **UPLOADS,
    **DECISIONS,
    **WEBHOOKS,
    ("detectMark", "payload_too_large"): sent(json={"x": "x" * 6_000_000}),
    ("searchByImage", "payload_too_large"): sent(json={"x": "x" * 6_000_000}),
    ("login", "not_authenticated"): with_accounts(FakeIdentity()),
    ("refreshSession", "not_authenticated"): with_accounts(FakeIdentity()),
    ("getMe", "not_found"): with_accounts(FakeIdentity()),
    ("retryProcessing", "illegal_transition"): retry_of_an_upload,
    ("retryProcessing", "version_conflict"): retry_that_loses_every_race,
    ("searchImages", "bad_request"): forged_cursor,
    ("getSimilarImages", "not_found"): sent(target='/v1/images/"/similar'),
}


def promised() -> list[tuple[str, int, str]]:
    """Operation, status and code of every problem in the document."""
    document = build()
    problems = document["components"]["responses"]
    return [
        (operation["operationId"], int(status), code)
        for _, _, operation in operations(document)
        for status, answer in operation["responses"].items()
        if "$ref" in answer
        for code in problems[answer["$ref"].rpartition("/")[2]]["content"][PROBLEM_MEDIA_TYPE]["examples"]
    ]


@pytest.mark.parametrize(("operation", "status", "code"), promised())
def test_a_documented_error_happens(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, operation: str, status: int, code: str
) -> None:
    provoke = PARTICULAR.get((operation, code))
    if provoke is not None or code not in BEFORE_ANY_STORE:
        request.getfixturevalue("stores")
    forget_cached(functions.search.api, functions.moderation.api)
    answer = (provoke or GENERAL[code])(Scene(monkeypatch), SAMPLES[operation])
    assert (answer.status, answer.code) == (status, code)


def test_no_provocation_is_left_over() -> None:
    assert set(PARTICULAR) <= {(operation, code) for operation, _, code in promised()}
