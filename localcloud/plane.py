"""Whom a request is for, and what a web page may ask there."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from localcloud.refusal import Refused
from localcloud.signature import Claim

# A browser resolves every name under .localhost to loopback itself, and nobody can point a cloudfront.net
# name at this machine, so none of these can be rebound.
_HOST = re.compile(r"(localhost|127\.0\.0\.1|[a-z0-9.-]+\.localhost|[a-z0-9]+\.cloudfront\.net)(:\d+)?")
# Exactly what the engine takes for an API or a distribution: any other name gets all of AWS from it.
_API_HOST = re.compile(r"[a-f0-9]{8}\.execute-api\.localhost(:\d+)?")
_CDN_HOST = re.compile(r"[a-z0-9]+\.cloudfront\.(net|localhost)(:\d+)?")
# What the control plane answers without a signature, on AWS too: Cognito's public operations and key sets.
_PUBLIC_TARGET = "AWSCognitoIdentityProviderService."
_PUBLIC_PATH = re.compile(r"/[\w-]+/\.well-known/[\w.-]+")
# Whether a header may come twice is a question of which one counts, and guard and engine could differ.
_ONCE = frozenset(
    {
        "host",
        "authorization",
        "origin",
        "content-length",
        "x-amz-date",
        "x-amz-target",
        "x-amz-content-sha256",
    }
)
# A form goes to the bucket itself. Source: Amazon S3 API reference, "POST Object".
_BUCKET_PATH = re.compile(r"/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/?")
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
# Source: RFC 6750, section 2.1.
_BEARER = re.compile(r"Bearer [\w.~+/-]*=*")

# Quota "Payload size" of HTTP APIs. Source: API Gateway developer guide, "Quotas for HTTP APIs".
API_BODY_MAX_BYTES = 10 * 1024 * 1024
# A local limit: S3 takes 5 GiB in one PUT, but here the body is held in memory while it arrives.
OBJECT_BODY_MAX_BYTES = 512 * 1024 * 1024
CONTROL_BODY_MAX_BYTES = 64 * 1024 * 1024


class Plane(Enum):
    """Whom a request is for."""

    API = "HTTP API"
    CDN = "CloudFront"
    PRESIGNED = "presigned S3 URL"
    FORM = "form to an S3 bucket"
    CONTROL = "control plane"


# Some other paths the engine answers before it looks whose name was called.
_PATHS = {Plane.API: "/v1/", Plane.CDN: "/img/"}


@dataclass(frozen=True, slots=True)
class Request:
    """The parts of an ASGI scope that the rules read; header names in lower case."""

    method: str
    path: str
    raw_path: str
    query: str
    headers: Mapping[str, str]

    @classmethod
    def of(cls, scope: MutableMapping[str, Any]) -> Request:
        """Read ``scope``.

        Raises:
            Refused: The name is not ours, or a header that decides something came twice.
        """
        headers: dict[str, str] = {}
        for raw_name, raw_value in scope["headers"]:
            name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
            if name in headers and name in _ONCE:
                raise Refused(400, f"{name} was sent twice")
            headers[name] = f"{headers[name]},{value}" if name in headers else value
        if not _HOST.fullmatch(headers.get("host", "")):
            raise Refused(421, "this name does not belong to the local cloud")
        raw_path = scope.get("raw_path") or scope["path"].encode()
        return cls(
            method=scope["method"],
            path=scope["path"],
            raw_path=raw_path.decode("latin-1"),
            query=scope.get("query_string", b"").decode("latin-1"),
            headers=headers,
        )

    def plane(self, claim: Claim | None) -> Plane:
        """Whom it is for, if its signature is ``claim``."""
        host = self.headers["host"]
        if _API_HOST.fullmatch(host):
            return Plane.API
        if _CDN_HOST.fullmatch(host):
            return Plane.CDN
        if claim is None and self._is_form():
            return Plane.FORM
        presigned = claim is not None and claim.in_query and claim.service == "s3"
        return Plane.PRESIGNED if presigned and not self._names_an_operation() else Plane.CONTROL

    def _is_form(self) -> bool:
        """Whether it posts a form to a bucket, or is the preflight of one."""
        if not _BUCKET_PATH.fullmatch(self.raw_path) or self.query or self._names_an_operation():
            return False
        if self.method == "OPTIONS":
            return self.headers.get("access-control-request-method") == "POST"
        return self.method == "POST" and self.headers.get("content-type", "").startswith(
            "multipart/form-data"
        )

    def _names_an_operation(self) -> bool:
        """Whether it, or the request that its preflight announces, asks for more than an object."""
        wanted = self.headers.get("access-control-request-headers", "").lower()
        return (
            "x-amz-target" in self.headers
            or "x-amz-target" in wanted
            or "authorization" in wanted
            or "Action=" in self.query
        )


def check(request: Request, plane: Plane, claim: Claim | None, front_origin: str) -> None:
    """Apply the rules of ``plane``.

    Args:
        request: What is asked.
        plane: Whom.
        claim: By whom.
        front_origin: Origin whose pages may use presigned URLs.

    Raises:
        Refused: The rules do not allow it.
    """
    _check_credentials(request, plane, claim)
    if not request.path.startswith(_PATHS.get(plane, "/")):
        raise Refused(404, "Not Found")
    if plane is Plane.CDN and request.method not in _READS:
        raise Refused(405, "CloudFront answers reads here")
    is_for_pages = plane in {Plane.PRESIGNED, Plane.FORM}
    if is_for_pages and request.headers.get("origin", front_origin) != front_origin:
        raise Refused(403, f"only pages of {front_origin} may use a {plane.value}")
    if plane is Plane.CONTROL:
        from_page = request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}
        if from_page or "origin" in request.headers:
            raise Refused(403, "the control plane is not for web pages")
        if claim is None and not _is_public(request):
            raise Refused(403, "the control plane answers signed requests only")


def _check_credentials(request: Request, plane: Plane, claim: Claim | None) -> None:
    """Refuse what the engine would believe: an ``Authorization`` it cannot read is the operator's."""
    if "authorization" not in request.headers or (claim is not None and not claim.in_query):
        return
    if plane is not Plane.API:
        raise Refused(403, "only signatures are credentials here")
    if not _BEARER.fullmatch(request.headers["authorization"]):
        raise Refused(401, "Unauthorized")


def body_limit_bytes(plane: Plane, claim: Claim | None) -> int:
    """Longest body that ``plane`` takes."""
    if plane in {Plane.API, Plane.CDN}:
        return API_BODY_MAX_BYTES
    is_object = plane is Plane.FORM or (claim is not None and claim.service == "s3")
    return OBJECT_BODY_MAX_BYTES if is_object else CONTROL_BODY_MAX_BYTES


def _is_public(request: Request) -> bool:
    if request.method == "POST" and request.path == "/":
        return request.headers.get("x-amz-target", "").startswith(_PUBLIC_TARGET)
    return request.method == "GET" and _PUBLIC_PATH.fullmatch(request.path) is not None
