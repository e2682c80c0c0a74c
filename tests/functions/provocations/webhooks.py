"""Ways to the errors of webhooks."""

from __future__ import annotations

from collections.abc import Callable

from lumenstock import bootstrap
from lumenstock.kernel.ids import UserId
from lumenstock.notification.webhook import MAX_WEBHOOKS, DisabledBecause
from tests.functions.gateway import Answer
from tests.functions.provocations.samples import (
    A_WEBHOOK,
    ANA,
    SAMPLES,
    WEBHOOK,
    Sample,
)
from tests.functions.provocations.scene import Provocation, Scene, busy


def key_of_another_webhook(_: Scene, sample: Sample) -> Answer:
    sample.send(headers={"Idempotency-Key": "k"})
    return sample.send(headers={"Idempotency-Key": "k"}, json={**A_WEBHOOK, "description": "another"})


def one_webhook_too_many(_: Scene, sample: Sample) -> Answer:
    return [sample.send() for _ in range(MAX_WEBHOOKS + 1)][-1]


def webhooks_that_meet(how: Callable[[], str]) -> Provocation:
    """The same request while the contributor's other webhooks come and go."""

    def provoke(scene: Scene, sample: Sample) -> Answer:
        target = how()
        busy(scene, "")
        return sample.send(target=target)

    return provoke


def a_webhook() -> str:
    """The address of a new one."""
    return f"/v1/contributor/webhooks/{SAMPLES['createWebhook'].send().json()['id']}"


def replay_to_a_disabled_one(_: Scene, sample: Sample) -> Answer:
    target = a_webhook()
    webhook = bootstrap.webhooks().of_owner(UserId(ANA.id))[0]
    bootstrap.webhooks().disable(webhook, DisabledBecause.GONE, bootstrap.clock().now())
    return sample.send(target=sample.target.replace(WEBHOOK, target))


# Ways that only webhooks know.
WEBHOOKS: dict[tuple[str, str], Provocation] = {
    ("createWebhook", "idempotency_key_reused"): key_of_another_webhook,
    ("createWebhook", "conflict"): one_webhook_too_many,
    ("createWebhook", "version_conflict"): webhooks_that_meet(lambda: "/v1/contributor/webhooks"),
    ("deleteWebhook", "version_conflict"): webhooks_that_meet(a_webhook),
    ("replayWebhookDelivery", "conflict"): replay_to_a_disabled_one,
}
