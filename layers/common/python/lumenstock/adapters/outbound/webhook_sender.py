"""Sends webhooks: signed after Standard Webhooks, to public servers only, never further than told."""

from __future__ import annotations

import ssl
from datetime import datetime

import httpcore
from standardwebhooks import Webhook as Signer

from lumenstock.adapters.outbound.pinned import (
    AddressRefusedError,
    Deadline,
    PinnedBackend,
    Resolver,
    resolve,
)
from lumenstock.kernel.errors import InvalidInputError
from lumenstock.notification.ports import Reply
from lumenstock.notification.targets import TargetPolicy, parse_target

TIMEOUT_S = 10.0  # for all of it, names and TLS included


class WebhookSender:
    """Implements :class:`lumenstock.notification.ports.Sender`. Safe to use from several threads.

    A connection serves one message, no proxy of the environment is asked, a redirect is an answer like any
    other, and of the answer nothing is read but its head.
    """

    def __init__(
        self, policy: TargetPolicy, resolver: Resolver = resolve, tls: ssl.SSLContext | None = None
    ) -> None:
        """``tls`` says whose certificates are good; by default those of the public authorities."""
        self._policy = policy
        self._resolver = resolver
        self._tls = tls or httpcore.default_ssl_context()

    def send(self, url: str, event_id: str, body: str, secrets: tuple[str, ...], now: datetime) -> Reply:
        """See the protocol."""
        try:
            target = parse_target(url, self._policy)
        except InvalidInputError:
            return Reply(error="address_refused")  # the stage has become stricter
        backend = PinnedBackend(target, Deadline(TIMEOUT_S), self._resolver)
        where = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        headers = [
            ("content-type", "application/json"),
            ("user-agent", "Lumenstock-Webhooks/1"),
            *signed_headers(event_id, body, secrets, now).items(),
        ]
        try:
            with (
                httpcore.ConnectionPool(self._tls, network_backend=backend) as pool,
                pool.stream("POST", where, headers=headers, content=body.encode()) as answer,
            ):
                return Reply(status_code=answer.status)
        except AddressRefusedError:
            return Reply(error="address_refused")
        except httpcore.TimeoutException:
            return Reply(error="timeout")
        except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError):
            return Reply(error="connection_failed")


def signed_headers(event_id: str, body: str, secrets: tuple[str, ...], now: datetime) -> dict[str, str]:
    """Headers that prove a message; one signature for each secret.

    Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    """
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Signer(secret).sign(event_id, now, body) for secret in secrets),
    }
