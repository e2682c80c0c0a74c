"""The sender against servers of this machine, which play the public ones where that is needed."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook, WebhookVerificationError

from lumenstock.adapters.outbound import pinned, webhook_sender
from lumenstock.adapters.outbound.webhook_sender import WebhookSender, signed_headers
from lumenstock.notification.ports import Reply
from lumenstock.notification.targets import TargetPolicy
from lumenstock.notification.webhook import new_secret
from tests.unit.adapters.outbound.servers import BODY, DrippingServer, Server

NAME = "photos.example.org"
SECRETS = (new_secret(lambda count: b"n" * count), new_secret(lambda count: b"o" * count))
LOCAL = TargetPolicy(ports=(443,), loopback=True)


def send(url: str, policy: TargetPolicy = LOCAL, **settings: object) -> Reply:
    sender = WebhookSender(policy, **settings)  # type: ignore[arg-type]
    return sender.send(url, "image#1", BODY, SECRETS, datetime.now(UTC))


def to(*addresses: str) -> Callable[[str, int], Sequence[str]]:
    return lambda _, __: list(addresses)


@pytest.fixture
def certified(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """TLS of a server that is ``NAME``, and of a client that believes it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "server.pem"
    path.write_bytes(private + pem)
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(path)
    return serving, ssl.create_default_context(cadata=pem.decode())


@pytest.fixture
def loopback_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of this machine plays one of the public internet."""
    monkeypatch.setattr(pinned, "may_connect", lambda address, _: address == "127.0.0.1")


def test_a_message_arrives_whole_and_signed_by_both_secrets() -> None:
    with Server().running() as server:
        assert send(f"http://localhost:{server.port}/hook?a=1") == Reply(204)
    head, body = server.heard[0].decode().split("\r\n\r\n")
    request, *lines = head.split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    assert request == "POST /hook?a=1 HTTP/1.1"
    assert headers["host"] == f"localhost:{server.port}"
    assert headers["content-type"] == "application/json"
    for secret in SECRETS:
        assert Webhook(secret).verify(body, headers) == {"type": "ImageApproved"}
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret(lambda count: b"x" * count)).verify(body, headers)


def test_a_signature_is_that_of_the_specification() -> None:
    """Source: the example of the Standard Webhooks libraries."""
    signed = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        '{"test": 2432232314}',
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",),
        datetime.fromtimestamp(1614265330, UTC),
    )
    assert signed == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.usefixtures("loopback_is_public")
def test_tls_and_host_keep_the_name_while_the_connection_goes_to_the_checked_address(
    certified: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    serving, trusting = certified
    server = Server(tls=serving)
    serving.sni_callback = lambda _, name, __: server.names.append(name)
    with server.running():
        policy = TargetPolicy(ports=(server.port,), loopback=False)
        url = f"https://{NAME}:{server.port}/hook"
        assert send(url, policy, resolver=to("127.0.0.1"), tls=trusting) == Reply(204)
    assert server.names == [NAME]
    assert f"Host: {NAME}:{server.port}".encode() in server.heard[0]


@pytest.mark.usefixtures("loopback_is_public")
def test_a_server_that_is_somebody_else_gets_nothing(
    certified: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    serving, trusting = certified
    with Server(tls=serving).running() as server:
        policy = TargetPolicy(ports=(server.port,), loopback=False)
        for name, tls in (("other.example.org", trusting), (NAME, httpcore.default_ssl_context())):
            reply = send(f"https://{name}:{server.port}/", policy, resolver=to("127.0.0.1"), tls=tls)
            assert reply == Reply(error="connection_failed")
    assert server.heard == []


@pytest.mark.parametrize(
    "addresses",
    [
        ("127.0.0.1",),
        ("169.254.169.254",),
        ("::1",),
        ("::ffff:127.0.0.1",),
        ("64:ff9b::7f00:1",),
        ("93.184.216.34", "127.0.0.1"),
        ("10.0.0.1", "93.184.216.34"),
    ],
)
def test_a_name_that_leads_inside_is_never_connected_to(
    monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...]
) -> None:
    connections = unconnected(monkeypatch)
    policy = TargetPolicy(ports=(443,), loopback=False)
    assert send(f"https://{NAME}/", policy, resolver=to(*addresses)) == Reply(error="address_refused")
    assert connections == []


def test_a_name_that_turns_inward_after_the_check_is_connected_to_where_it_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DNS rebinding: the second answer is never asked for."""
    connections = unconnected(monkeypatch)
    answers = [["93.184.216.34"], ["127.0.0.1"]]
    policy = TargetPolicy(ports=(443,), loopback=False)
    reply = send(f"https://{NAME}/", policy, resolver=lambda _, __: answers.pop(0))
    assert reply == Reply(error="connection_failed")
    assert (connections, answers) == (["93.184.216.34"], [["127.0.0.1"]])


def unconnected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """No connection comes about; the addresses that were tried."""
    tried: list[str] = []

    def refuse(_: object, host: str, *__: object) -> None:
        tried.append(host)
        raise httpcore.ConnectError

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", refuse)
    return tried


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    with Server().running() as server:
        assert send(f"http://localhost:{server.port}/", resolver=to("127.0.0.9", "127.0.0.1")) == Reply(204)


def test_a_redirect_is_not_followed() -> None:
    with Server().running() as other:
        moved = f"HTTP/1.1 307 Moved\r\nLocation: http://localhost:{other.port}/\r\nContent-Length: 0\r\n\r\n"
        with Server(moved.encode()).running() as server:
            assert send(f"http://localhost:{server.port}/") == Reply(307)
    assert other.heard == []


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server().running() as proxy, Server().running() as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://localhost:{proxy.port}")
        assert send(f"http://localhost:{server.port}/") == Reply(204)
    assert (len(proxy.heard), len(server.heard)) == (0, 1)


def test_an_endless_answer_is_not_read() -> None:
    with Server(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n").running() as server:
        assert send(f"http://localhost:{server.port}/") == Reply(200)


def test_an_answer_that_drips_ends_with_the_time_for_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_sender, "TIMEOUT_S", 0.4)
    with DrippingServer().running() as server:
        assert send(f"http://localhost:{server.port}/") == Reply(error="timeout")


def test_a_resolver_that_does_not_answer_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_sender, "TIMEOUT_S", 0.1)
    released = threading.Event()

    def slow(_: str, __: int) -> Sequence[str]:
        released.wait()
        return []

    try:
        assert send("http://localhost:9/", resolver=slow) == Reply(error="timeout")
    finally:
        released.set()


def test_a_name_without_an_address_is_no_connection() -> None:
    def unknown(_: str, __: int) -> Sequence[str]:
        raise socket.gaierror

    policy = TargetPolicy(ports=(443,), loopback=False)
    assert send(f"https://{NAME}/", policy, resolver=unknown) == Reply(error="connection_failed")
    assert send(f"https://{NAME}/", policy, resolver=to()) == Reply(error="connection_failed")


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 2000 OK\r\n\r\n"])
def test_what_is_no_answer_of_http_is_no_connection(answer: bytes) -> None:
    with Server(answer).running() as server:
        assert send(f"http://localhost:{server.port}/") == Reply(error="connection_failed")


def test_an_address_that_the_stage_no_longer_allows_is_refused() -> None:
    assert send("http://localhost:9/", TargetPolicy((443,), loopback=False)) == Reply(error="address_refused")


def test_the_system_resolves_this_machine() -> None:
    assert "127.0.0.1" in pinned.resolve("localhost", 80)
