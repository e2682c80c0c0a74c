"""Idempotency-Key: the same request sent twice is done once.

A call without the key is never merged with another. Source: draft-ietf-httpapi-idempotency-key-header-07.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, TypeVar

from aws_lambda_powertools.event_handler.openapi.params import Header
from pydantic import BaseModel

from functions.runtime.principal import Principal
from lumenstock import bootstrap
from lumenstock.adapters.aws.idempotency import Attempt, Claim

# A function of the API runs at most 29 s: an attempt that is older than this died, and may be taken over.
_BUSY = timedelta(seconds=30)
KEPT = timedelta(hours=24)

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[!-~]{1,255}$",
        description=(
            "Any unique text, best a UUID. The same key with the same body gets the first answer again; "
            "with another body it is refused. Kept for each account and path."
        ),
    ),
]

Answer = TypeVar("Answer", bound=BaseModel)


def once(
    run: Callable[[Claim], Answer],
    answer: type[Answer],
    *,
    key: str | None,
    caller: Principal,
    path: str,
    body: BaseModel | None = None,
    kept: timedelta = KEPT,
) -> Answer:
    """Do ``run``, or give the answer that it gave when the same request came before.

    An attempt may die at any moment, and another one runs then: what a request makes is named after its
    claim, so that there is one of it. Only a success is kept: after an error the same key may be tried again.
    On another ``path`` the same key is another key.

    Raises:
        RequestInProgressError: The same request is being worked on.
        IdempotencyKeyReusedError: The key came before, with another body.
    """
    now, token = bootstrap.clock().now(), secrets.token_hex(16)
    if key is None:
        return run(Claim(now, token))
    store = bootstrap.idempotency()
    attempt = Attempt(
        key=f"{caller.id}#{path}#{key}",
        fingerprint=hashlib.sha256(body.model_dump_json().encode() if body else b"").hexdigest(),
        token=token,
        busy_until=now + _BUSY,
        expires_at=now + kept,
    )
    begun = store.begin(attempt, now)
    if isinstance(begun, str):
        return answer.model_validate_json(begun)
    try:
        result = run(begun)
    except BaseException:
        store.abandon(attempt)
        raise
    store.finish(attempt, result.model_dump_json(by_alias=True))
    return result
