"""What schemathesis cannot be told by a setting; schemathesis.toml names each hook, and its reason."""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import unquote

import schemathesis

_KEY = "idempotency-key"
_numbers = itertools.count()


@schemathesis.hook
def before_call(_: schemathesis.HookContext, case: schemathesis.Case[Any], __: dict[str, Any]) -> None:
    """Never the same Idempotency-Key with two bodies."""
    key = case.headers.get(_KEY)
    if isinstance(key, str) and key.isascii() and key.isprintable() and key and " " not in key:
        case.headers[_KEY] = f"{key[:200]}-{next(_numbers)}"


@schemathesis.hook
def filter_path_parameters(_: schemathesis.HookContext, path_parameters: dict[str, Any] | None) -> bool:
    """No line breaks in an address."""
    return not any("\n" in unquote(str(value)) for value in (path_parameters or {}).values())
