"""Access tokens that must not be let in, made from one that is."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

Forge = Callable[[str], str]


def changed_claims(token: str) -> str:
    """The same signature over other claims: everybody's an admin."""
    header, payload, signature = token.split(".")
    claims = {**_decoded(payload), "cognito:groups": ["admin"]}
    return f"{header}.{_encoded(claims)}.{signature}"


def unsigned(token: str) -> str:
    """No signature, and a header that says so."""
    header, payload, _ = token.split(".")
    return f"{_encoded({**_decoded(header), 'alg': 'none'})}.{payload}."


def foreign_key(token: str) -> str:
    """Signed by somebody else, under the pool's key id."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return _signed(token, _claims(token), key, "RS256")


def shared_secret(token: str) -> str:
    """Signed by a text that everybody knows, as if the algorithm were the token's choice."""
    return _signed(token, _claims(token), "a secret that everybody knows, 32+", "HS256")


def foreign_pool(token: str) -> str:
    """Issued elsewhere."""
    return _encoded_with(token, iss="https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Elsewhere")


def expired(token: str, pool_key: Path) -> str:
    """Issued and signed by the pool itself, 20 minutes ago for 15."""
    now = int(time.time())
    claims = {**_claims(token), "auth_time": now - 1200, "iat": now - 1200, "exp": now - 300}
    return _signed(token, claims, pool_key.read_bytes(), "RS256")


def _claims(token: str) -> dict[str, Any]:
    return _decoded(token.split(".")[1])


def _signed(token: str, claims: dict[str, Any], key: Any, algorithm: str) -> str:
    return jwt.encode(claims, key, algorithm, {"kid": jwt.get_unverified_header(token)["kid"]})


def _encoded_with(token: str, **claims: object) -> str:
    header, payload, signature = token.split(".")
    return f"{header}.{_encoded({**_decoded(payload), **claims})}.{signature}"


def _decoded(part: str) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return decoded


def _encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
