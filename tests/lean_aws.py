"""Makes boto3 and moto cost less of a test's time; what they answer stays the same."""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session
from botocore import useragent
from moto.core import models, responses, serialize, utils

_STRUCTURE = serialize.BaseJSONSerializer._serialize_type_structure


def make_lean() -> None:
    """Change both in this process.

    Every test has a session of its own, which would read the descriptions of all services anew: half of a test's
    set-up. moto would prepare 1,288 answers for the package requests, which nothing here speaks AWS with, look
    for its own methods at every request, and for each of ten types in every attribute that DynamoDB returns:
    half of a GetItem. Each request would be told twice, at length, who asks.
    """
    botocore.session.create_loader = cache(botocore.session.create_loader)
    models.RESPONSES_METHODS.clear()
    responses.method_names_from_class = cache(utils.method_names_from_class)  # type: ignore[attr-defined]
    useragent.UserAgentString.to_string = _user_agent  # type: ignore[method-assign]
    serialize.BaseJSONSerializer._serialize_type_structure = _serialize_type_structure  # type: ignore[method-assign]


def _user_agent(self: useragent.UserAgentString) -> str:  # noqa: ARG001 - a method
    return "tests"


def _serialize_type_structure(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    if shape.name != "AttributeValue":
        _STRUCTURE(self, serialized, value, shape, key)
        return
    kinds: dict[str, Any] = {}
    for kind, content in value.items():
        self._serialize(kinds, content, shape.members[kind], kind)
    self._default_serialize(serialized, kinds, shape, key)
