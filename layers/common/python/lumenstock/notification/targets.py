"""Where a webhook may lead: public servers, over TLS. Everything else is our own network, or a trick.

The name is checked when a webhook is made and again at every attempt; the address behind the name at the
moment of connecting, and it is that very address that is connected to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from lumenstock.kernel.errors import FieldError, InvalidInputError

MAX_URL = 2000

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# A name with a dot whose last part is no number: addresses in any spelling (0x7f.1, 2130706433) fall out,
# and so do user names, fragments, backslashes and whatever two parsers may read in two ways.
_URL = re.compile(
    rf"(?P<scheme>https?)://(?P<host>localhost|(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?)"
    r"(?::(?P<port>[1-9]\d{0,4}))?(?P<path>[/?][!\"$-\[\]-~]*)?",
    re.IGNORECASE,
)
_DEFAULT_PORTS = {"https": 443, "http": 80}

# What ``is_global`` lets pass, or did in some release of Python. Source: the IANA registries of
# special-purpose addresses, and the RFC beside each.
_NOT_PUBLIC = [
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this host, RFC 1122
        "100.64.0.0/10",  # carrier-grade NAT, RFC 6598
        "192.0.0.0/24",  # protocol assignments, RFC 6890
        "192.88.99.0/24",  # 6to4 relays, RFC 7526
        "198.18.0.0/15",  # benchmarks, RFC 2544
        "224.0.0.0/4",  # multicast, RFC 5771
        "240.0.0.0/4",  # reserved and broadcast, RFC 1112
        "::/96",  # IPv4-compatible, RFC 4291
        "::ffff:0:0/96",  # IPv4-mapped, RFC 4291
        "::ffff:0:0:0/96",  # IPv4-translated, RFC 2765
        "64:ff9b::/96",  # NAT64, RFC 6052
        "64:ff9b:1::/48",  # NAT64, RFC 8215
        "100::/64",  # discard, RFC 6666
        "2001::/23",  # Teredo, ORCHID and other protocols, RFC 2928
        "2001:db8::/32",  # documentation, RFC 3849
        "2002::/16",  # 6to4: any IPv4 address inside, RFC 3056
        "3fff::/20",  # documentation, RFC 9637
        "5f00::/16",  # segment routing, RFC 9602
        "fc00::/7",  # unique local, with AWS's metadata at fd00:ec2::254, RFC 4193
        "fe80::/10",  # link-local, RFC 4291
        "fec0::/10",  # site-local, RFC 3879
        "ff00::/8",  # multicast, RFC 4291
    )
]


@dataclass(frozen=True, slots=True)
class TargetPolicy:
    """What the stage allows.

    Attributes:
        ports: Ports of public servers.
        loopback: Whether ``http://localhost`` is allowed, at any port; in the local stage only.
    """

    ports: tuple[int, ...]
    loopback: bool


@dataclass(frozen=True, slots=True)
class Target:
    """An address, taken apart once and for all. ``path`` is path and query as they were written."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def local(self) -> bool:
        """Whether it is this machine, which only a local stage allows."""
        return self.host == "localhost"


def parse_target(url: str, policy: TargetPolicy) -> Target:
    """``url`` as the place to connect to.

    Raises:
        InvalidInputError: It is no address that the stage allows; the text says what would be.
    """
    found = _URL.fullmatch(url) if len(url) <= MAX_URL else None
    if found is None:
        raise _refused(f"Give an https address with a host name and at most {MAX_URL} characters.")
    scheme = found["scheme"].lower()
    target = Target(
        scheme=scheme,
        host=found["host"].lower(),
        port=int(found["port"] or _DEFAULT_PORTS[scheme]),
        path=_path(found["path"] or "/"),
    )
    if target.local:
        if not policy.loopback or target.port > 65535:  # noqa: PLR2004 - the last port there is
            raise _refused("This machine cannot be a receiver.")
    elif target.scheme != "https":
        raise _refused("Only https is sent to.")
    elif target.port not in policy.ports:
        raise _refused(f"Only these ports are sent to: {', '.join(map(str, policy.ports))}.")
    return target


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, and not a way into a network of ours."""
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address) and parsed.scope_id is not None:
        return False
    return parsed.is_global and not any(
        parsed in network for network in _NOT_PUBLIC if network.version == parsed.version
    )


def may_connect(address: str, target: Target) -> bool:
    """Whether ``target`` may be reached at ``address``."""
    return ip_address(address).is_loopback if target.local else is_public(address)


def _path(written: str) -> str:
    return written if written.startswith("/") else f"/{written}"


def _refused(detail: str) -> InvalidInputError:
    return InvalidInputError(errors=(FieldError("/url", "address_refused", detail),))
