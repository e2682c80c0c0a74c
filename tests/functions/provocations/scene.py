"""Where an error is provoked, and what can be done there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

import pytest
from botocore.exceptions import ClientError

from lumenstock import bootstrap
from lumenstock.accounts.model import Profile
from lumenstock.accounts.ports import IdentityProvider
from lumenstock.adapters.aws import clients
from lumenstock.adapters.aws.idempotency import IdempotencyStore
from lumenstock.kernel.ids import ImageId, UserId
from tests.functions.gateway import Answer
from tests.functions.provocations.samples import (
    ANA,
    EMAIL,
    SAMPLES,
    Sample,
)


@dataclass(frozen=True)
class Scene:
    """Where an error is provoked: empty stores, and parts that can be exchanged."""

    patch: pytest.MonkeyPatch

    def broken(self, target: str, error: Exception) -> None:
        """Let whatever calls ``target`` fail."""

        def fail(*_: object, **__: object) -> NoReturn:
            raise error

        self.patch.setattr(target, fail)

    def call_fails(self, client: object, operation: str, error: Exception) -> None:
        """Let one call of an AWS client fail."""

        def fail(**_: object) -> NoReturn:
            raise error

        self.patch.setattr(client, operation, fail)

    def identity(self, provider: IdentityProvider) -> None:
        """Keep accounts elsewhere."""
        self.patch.setattr(bootstrap, "identity", lambda: provider)

    def announced(self) -> ImageId:
        """Ana has signed in before, and announces a file."""
        joined = datetime(2026, 11, 1, tzinfo=UTC)
        bootstrap.profiles().create(Profile(UserId(ANA.id), EMAIL, "Ana", joined))
        return ImageId(SAMPLES["startUpload"].send().json()["imageId"])

    def no_attempt_ends(self) -> None:
        """Whoever works on a request with a key dies just before the end."""
        self.patch.setattr(IdempotencyStore, "finish", lambda *_: None)
        self.patch.setattr(IdempotencyStore, "abandon", lambda *_: None)


Provocation = Callable[[Scene, Sample], Answer]


def sent(**changes: Any) -> Provocation:
    return lambda _, sample: sample.send(**changes)


def broken(error: Exception) -> Provocation:
    def provoke(scene: Scene, sample: Sample) -> Answer:
        scene.broken(sample.needs, error)
        return sample.send()

    return provoke


def busy(scene: Scene, _: str) -> None:
    """Too many uploads of the account begin at once."""
    met: Any = {"Error": {"Code": "X"}, "CancellationReasons": [{"Code": "TransactionConflict"}]}
    scene.patch.setattr("lumenstock.adapters.aws.transactions._FIRST_PAUSE_S", 0)
    scene.call_fails(clients.dynamodb(), "transact_write_items", ClientError(met, "x"))


def forged_cursor(scene: Scene, sample: Sample) -> Answer:
    scene.patch.setattr(bootstrap, "cursor_secret", lambda: b"secret")
    joined = "&" if "?" in sample.target else "?"
    return sample.send(target=f"{sample.target}{joined}cursor=forged")
