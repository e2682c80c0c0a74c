"""Images in every state, their files, and the people who decide about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

import functions.moderation.api
from functions.moderation import purge
from lumenstock import bootstrap
from lumenstock.catalog.image import Image, rendition_key
from lumenstock.catalog.states import Status
from lumenstock.catalog.store import VectorItem
from lumenstock.kernel.ids import ImageId, UserId
from tests.conftest import DERIVATIVES, ORIGINALS, Stores, forget_cached
from tests.edge import RememberingEdge
from tests.functions.gateway import Answer, Gateway, Person
from tests.unit.search.images import CREATED, image, vector_item

ANA = Person("11111111-aaaa-4bbb-8ccc-222222222222", ("contributor",))
BEN = Person("99999999-aaaa-4bbb-8ccc-222222222222", ("contributor",))
CARA = Person("77777777-aaaa-4bbb-8ccc-222222222222", ("admin",))
DORA = Person("88888888-aaaa-4bbb-8ccc-222222222222", ("admin",))
SHA = "ab" * 32


class Clock:
    """Stands, until it is moved."""

    def __init__(self) -> None:
        self.at = CREATED + timedelta(days=1)

    def now(self) -> datetime:
        return self.at


@dataclass
class Desk:
    """What moderators and contributors do, over HTTP."""

    stores: Stores
    clock: Clock
    gateway: Gateway
    edge: RememberingEdge

    def put(self, number: int = 1, **fields: Any) -> Image:
        """A row of Ana's, with its original, its public files and its vector."""
        row = image(number, **{"contributor_id": UserId(ANA.id), **fields})
        row = replace(row, source=replace(row.source, sha256=SHA if number == 1 else f"{number:064x}"))
        bootstrap.catalog().create(row)
        put_object = self.stores.s3.put_object
        version = put_object(Bucket=ORIGINALS, Key=row.source.key, Body=b"original")["VersionId"]
        row = bootstrap.catalog().update(
            row.id, lambda seen: replace(seen, source=replace(seen.source, version_id=version))
        )
        for name in row.renditions:
            put_object(Bucket=DERIVATIVES, Key=rendition_key(row.media_key, row.rev, name), Body=b"public")
        if row.status in {Status.APPROVED, Status.PENDING_REVIEW}:
            bootstrap.catalog().claim(row.source.sha256 or "", row.id)
            bootstrap.catalog().put_vector(row.id, vector_item(number))
        bootstrap.catalog().put_technical(row.id, row.rev, {"camera": "Canary 1"})
        return row

    def row(self, image_id: ImageId) -> Image:
        return bootstrap.catalog().get(image_id)

    def vector(self, row: Image) -> VectorItem | None:
        return bootstrap.catalog().get_vector(row.id, row.model or "")

    def files(self, row: Image) -> list[str]:
        """What is public below the address of ``row``."""
        return sorted(key for key in self.stores.derivatives() if key.startswith(f"{row.media_key}/"))

    def originals(self) -> int:
        """How many versions of originals there are."""
        listed = self.stores.s3.list_object_versions(Bucket=ORIGINALS)
        return len(listed.get("Versions", [])) + len(listed.get("DeleteMarkers", []))

    def developed(self) -> list[str]:
        """Keys of all versions of what was made of camera raw."""
        listed = self.stores.s3.list_object_versions(Bucket=ORIGINALS, Prefix="developed/")
        return sorted(one["Key"] for one in [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])])

    def decide(
        self, step: str, image_id: str, *, seen: int | None = None, by: Person = CARA, **body: Any
    ) -> Answer:
        """A moderator's step; ``seen`` goes as If-Match."""
        headers = {} if seen is None else {"If-Match": f'"{seen}"'}
        target = f"/v1/admin/moderation/{image_id}/{step}"
        return self.gateway.request("POST", target, json=body, headers=headers, person=by)

    def edit(self, row: Image, *, seen: int | None = None, by: Person = ANA, **words: object) -> Answer:
        headers = {"If-Match": f'"{seen or row.version}"'}
        target = f"/v1/contributor/images/{row.id}"
        return self.gateway.request("PATCH", target, json=words, headers=headers, person=by)

    def delete(self, row: Image, *, seen: str = "*", by: Person = ANA) -> Answer:
        target = f"/v1/contributor/images/{row.id}"
        return self.gateway.request("DELETE", target, headers={"If-Match": seen}, person=by)

    def appeal(self, row: Image, text: str = "It is mine.", by: Person = ANA) -> Answer:
        target = f"/v1/contributor/images/{row.id}/appeal"
        return self.gateway.request("POST", target, json={"text": text}, person=by)

    def get(self, target: str, by: Person) -> Answer:
        return self.gateway.request("GET", target, person=by)

    def history(self, row: Image) -> list[dict[str, Any]]:
        """The audit trail as an admin reads it, newest first."""
        answer = self.get(f"/v1/admin/moderation/{row.id}", CARA)
        assert answer.status == 200, answer
        entries: list[dict[str, Any]] = answer.json()["history"]
        return entries

    def purge(self) -> dict[str, int]:
        """One run of the purger."""
        return purge.handler({}, None)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    stopped = Clock()
    monkeypatch.setattr(bootstrap, "clock", lambda: stopped)
    return stopped


def _desk(stores: Stores, clock: Clock, set_stage: Callable[..., None], patch: pytest.MonkeyPatch) -> Desk:
    set_stage(KEEP_DELETED_ORIGINALS_DAYS="30", REVIEW="auto", APPROVE_UNSCORED="true")
    edge = RememberingEdge()
    patch.setattr(bootstrap, "edge", lambda: edge)
    forget_cached(functions.moderation.api)
    return Desk(stores, clock, Gateway(), edge)


@pytest.fixture
def desk(
    stores: Stores, clock: Clock, set_stage: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    """The API over moto's stores."""
    yield _desk(stores, clock, set_stage, monkeypatch)
    forget_cached(functions.moderation.api)


@pytest.fixture
def real_desk(
    real_stores: Stores, clock: Clock, set_stage: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    """The API over tables that a race can be proved on."""
    yield _desk(real_stores, clock, set_stage, monkeypatch)
    forget_cached(functions.moderation.api)
