"""Who says a request is from, and whether a root key really signed it.

The engine checks the signatures of role and user keys, but a request under a root key (empty, ``test`` or
any 12 digits) is believed whatever its signature says. Here it is good only if it was signed with this
installation's own random secret.

What remains: the engine derives the keys of function roles from their names, so somebody who may already
run programs on this machine can forge those, and then has what that role may do. A web page cannot: it is
stopped before (:mod:`localcloud.guard`).
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from urllib.parse import parse_qsl

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from localcloud.refusal import Refused

_HEADER = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<credential>[\w/-]+),"
    r"\s*SignedHeaders=(?P<headers>[\w;-]+),\s*Signature=(?P<signature>[0-9a-f]{64})"
)
# Keys that the engine looks up and whose signature it checks. Everything else it may take for a root key.
_CHECKED_BY_ENGINE = re.compile(r"(AKIA|ASIA)[A-Z0-9]{16}")
# Source: IAM user guide, "Elements of an AWS API request signature": five minutes for a signed header.
_HEADER_LIFETIME = timedelta(minutes=5)


class SignedRequest(Protocol):
    """What a signature covers."""

    @property
    def method(self) -> str:
        """HTTP method."""

    @property
    def raw_path(self) -> str:
        """Path as it was sent, percent-encoding included."""

    @property
    def query(self) -> str:
        """Query string as it was sent."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers by lower-case name."""


class Body(Protocol):
    """A body that may be read before the engine reads it."""

    def bytes(self) -> Awaitable[bytes]:
        """All of it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A signature as a request presents it, believed by nobody yet.

    Attributes:
        key: Access key.
        region: Region of the scope.
        service: Service of the scope.
        signed_headers: Lower-case names.
        signature: 64 hexadecimal digits.
        sent_at: Time of signing as it was sent, such as ``20261121T101500Z``.
        lifetime: How long it is good.
        in_query: A presigned URL, else an Authorization header.
    """

    key: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    sent_at: str
    lifetime: timedelta
    in_query: bool

    @property
    def is_checked_by_engine(self) -> bool:
        """Whether the engine verifies it."""
        return is_checked_by_engine(self.key)


def is_checked_by_engine(key: str) -> bool:
    """Whether the engine verifies what is signed with the access key ``key``."""
    return _CHECKED_BY_ENGINE.fullmatch(key) is not None


def claim_of(request: SignedRequest) -> Claim | None:
    """The signature that ``request`` presents; None if it presents none.

    Raises:
        Refused: It presents one in a form that this cloud does not use, or two.
    """
    header = request.headers.get("authorization", "")
    query = parse_qsl(request.query, keep_blank_values=True)
    names = [name.lower() for name, _ in query]
    in_query = "x-amz-credential" in names or "awsaccesskeyid" in names or "x-amz-signature" in names
    if header.startswith("AWS"):
        if in_query:
            raise Refused(403, "signed twice")
        return _claim_of_header(header, request.headers.get("x-amz-date", ""))
    if not in_query:
        return None
    if len(set(names)) != len(names):
        raise Refused(403, "a parameter of a presigned URL came twice")
    return _claim_of_query(dict(query))


def _claim_of_header(header: str, sent_at: str) -> Claim:
    parts = _HEADER.fullmatch(header)
    if parts is None:
        raise Refused(403, "only Signature Version 4 is accepted")
    return _claim(
        parts["credential"], parts["headers"], parts["signature"], sent_at, _HEADER_LIFETIME, in_query=False
    )


def _claim_of_query(query: Mapping[str, str]) -> Claim:
    try:
        return _claim(
            query["X-Amz-Credential"],
            query["X-Amz-SignedHeaders"],
            query["X-Amz-Signature"],
            query["X-Amz-Date"],
            timedelta(seconds=int(query["X-Amz-Expires"])),
            in_query=True,
        )
    except (KeyError, ValueError) as malformed:
        raise Refused(403, "only presigned URLs of Signature Version 4 are accepted") from malformed


def _claim(
    credential: str, headers: str, signature: str, sent_at: str, lifetime: timedelta, *, in_query: bool
) -> Claim:
    parts = credential.split("/")
    if len(parts) != 5 or parts[4] != "aws4_request":  # noqa: PLR2004 - key/date/region/service/aws4_request
        raise Refused(403, "the credential has no scope")
    key, _, region, service, _ = parts
    return Claim(key, region, service, tuple(headers.split(";")), signature, sent_at, lifetime, in_query)


@dataclass(frozen=True, slots=True)
class RootKey:
    """The operator's key pair.

    Attributes:
        account: Access key and account number in one: the engine takes 12 digits for both.
        secret: Drawn once for each installation.
    """

    account: str
    secret: str

    async def verify(self, claim: Claim, request: SignedRequest, body: Body) -> None:
        """Check a claim that the engine would take on trust.

        Raises:
            Refused: Another account, an old request, or a signature by another secret.
        """
        if claim.key != self.account:
            raise Refused(403, f"the local cloud has one account, {self.account}")
        if not _is_alive(claim):
            raise Refused(403, "the signature has expired; is the clock right?")
        if not hmac.compare_digest(await self._expected(claim, request, body), claim.signature):
            raise Refused(403, "the signature was not made with this installation's secret")

    async def _expected(self, claim: Claim, request: SignedRequest, body: Body) -> str:
        headers = {name: request.headers.get(name, "") for name in claim.signed_headers}
        needs_body = not claim.in_query and "x-amz-content-sha256" not in headers
        copy = AWSRequest(
            method=request.method,
            url=f"http://{request.headers['host']}{request.raw_path}?{_signed_query(claim, request.query)}",
            headers=headers,
            data=await body.bytes() if needs_body else b"",
        )
        copy.context["timestamp"] = claim.sent_at
        signer = self._signer(claim)
        return str(signer.signature(signer.string_to_sign(copy, signer.canonical_request(copy)), copy))

    def _signer(self, claim: Claim) -> SigV4Auth:
        credentials = Credentials(self.account, self.secret)
        if (
            claim.in_query
        ):  # the form of S3; what is signed for another service in another form does not match
            return S3SigV4QueryAuth(credentials, claim.service, claim.region)
        return (S3SigV4Auth if claim.service == "s3" else SigV4Auth)(credentials, claim.service, claim.region)


def _signed_query(claim: Claim, query: str) -> str:
    """The part of the query that the signature covers."""
    if not claim.in_query:
        return query
    return "&".join(pair for pair in query.split("&") if not pair.startswith("X-Amz-Signature="))


def _is_alive(claim: Claim) -> bool:
    try:
        sent_at = datetime.strptime(claim.sent_at, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return False
    age = datetime.now(UTC) - sent_at
    return -_HEADER_LIFETIME <= age <= claim.lifetime
