from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.kernel.errors import InvalidInputError
from lumenstock.notification.targets import Target, TargetPolicy, is_public, may_connect, parse_target

PUBLIC = TargetPolicy(ports=(443,), loopback=False)
LOCAL = TargetPolicy(ports=(443,), loopback=True)

# Spellings that have led HTTP clients into private networks.
HOSTILE = [
    "http://photos.example.org/hook",  # no TLS
    "https://photos.example.org:22/hook",
    "https://photos.example.org:8443/hook",
    "https://photos.example.org:0443/hook",
    "https://photos.example.org:99999/hook",
    "https://127.0.0.1/hook",
    "https://127.1/hook",
    "https://2130706433/hook",
    "https://0x7f000001/hook",
    "https://0177.0.0.1/hook",
    "https://0x7f.0x0.0x0.0x1/hook",
    "https://[::1]/hook",
    "https://[::ffff:127.0.0.1]/hook",
    "https://[fd00:ec2::254]/latest/meta-data/",
    "https://169.254.169.254/latest/meta-data/",
    "https://169.254.170.2/v2/credentials",
    "https://localhost/hook",
    "http://localhost:9999/hook",
    "https://LOCALHOST/hook",
    "https://photos/hook",  # a name of the own network
    "https://user:password@photos.example.org/hook",
    "https://photos.example.org@169.254.169.254/hook",
    "https://photos.example.org\\@169.254.169.254/hook",
    "https://photos.example.org#@169.254.169.254/hook",
    "https://photos.example.org/hook#fragment",
    "https://photos.example.org%2f@169.254.169.254/",
    "https://photos.example.org./hook",
    "https://.example.org/hook",
    "https://photos.example.0x7f/hook",
    "https://\uff11\uff12\uff17.0.0.1/hook",  # digits of full width
    "https://photos\u3002example\u3002org/hook",  # another full stop
    "https://ⓔxample.org/hook",
    "https://photos.example.org/hook\r\nHost: localhost",
    "https://photos.example.org/a b",
    " https://photos.example.org/hook",
    "https:photos.example.org/hook",
    "https:///photos.example.org/hook",
    "//photos.example.org/hook",
    "ftp://photos.example.org/hook",
    "file:///etc/passwd",
    "gopher://photos.example.org:443/_x",
    "javascript:alert(1)",
    "",
    "https://photos.example.org/" + "a" * 2000,
]

NOT_PUBLIC = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:10.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:a00:1::",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("url", HOSTILE)
def test_an_address_that_could_lead_inside_is_refused(url: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_target(url, PUBLIC)
    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/url", "address_refused")]


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://photos.example.org", Target("https", "photos.example.org", 443, "/")),
        (
            "https://photos.example.org/hook?a=b%20c",
            Target("https", "photos.example.org", 443, "/hook?a=b%20c"),
        ),
        ("HTTPS://Photos.Example.ORG:443/Hook", Target("https", "photos.example.org", 443, "/Hook")),
        ("https://photos.example.org?x=1", Target("https", "photos.example.org", 443, "/?x=1")),
        ("https://xn--bcher-kva.example/hook", Target("https", "xn--bcher-kva.example", 443, "/hook")),
    ],
)
def test_an_address_of_a_public_server_is_taken_apart(url: str, target: Target) -> None:
    assert parse_target(url, PUBLIC) == target


def test_only_a_local_stage_sends_to_its_own_machine() -> None:
    target = parse_target("http://localhost:9999/hook", LOCAL)
    assert target == Target("http", "localhost", 9999, "/hook")
    assert may_connect("127.0.0.1", target)
    assert may_connect("::1", target)
    assert not may_connect("169.254.169.254", target)
    with pytest.raises(InvalidInputError):
        parse_target("http://photos.example.org/hook", LOCAL)
    with pytest.raises(InvalidInputError):
        parse_target("http://localhost:99999/hook", LOCAL)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_no_way_into_a_network_of_ours_is_public(address: str) -> None:
    assert not is_public(address)
    assert not may_connect(address, Target("https", "photos.example.org", 443, "/"))


@pytest.mark.parametrize("address", ["8.8.8.8", "52.95.110.1", "2606:4700:4700::1111", "2a00:1450:4001::1"])
def test_a_public_address_is_public(address: str) -> None:
    assert is_public(address)


@given(st.integers(0, 2**32 - 1))
def test_no_ipv4_address_gets_through_in_another_spelling(number: int) -> None:
    plain = IPv4Address(number)
    for prefix in ("::ffff:0:0", "::ffff:0:0:0", "64:ff9b::", "64:ff9b:1::", "::"):
        assert not is_public(str(IPv6Address(int(ip_address(prefix)) + number))), prefix
    assert not is_public(str(IPv6Address((0x2002 << 112) | (number << 80)))), "6to4"
    if (
        plain.is_private
        or plain.is_loopback
        or plain.is_link_local
        or plain.is_multicast
        or plain.is_reserved
    ):
        assert not is_public(str(plain))
