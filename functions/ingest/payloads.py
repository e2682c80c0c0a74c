"""What the tasks of the machine are given and answer, as JSON. One shape each, checked on the way in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from lumenstock.ingest.plan import Checked, Derived, Plan

Payload = Mapping[str, Any]

_PLAN = TypeAdapter(Plan)
_CHECKED = TypeAdapter(Checked)
_DERIVED = TypeAdapter(Derived)
_ALL_DERIVED = TypeAdapter(list[Derived])


def plan_of(payload: Payload) -> Plan:
    """The plan in a task's input."""
    return _PLAN.validate_python(payload["plan"])


def checked_of(payload: Payload) -> Checked:
    """Validate's answer in record's input."""
    return _CHECKED.validate_python(payload["checked"])


def derived_of(payload: Payload) -> list[Derived]:
    """The answers of all render groups and of watermark in record's input."""
    marked = payload["watermarked"]
    return _ALL_DERIVED.validate_python([*payload["rendered"], *([marked] if marked else [])])


def checked_json(checked: Checked) -> dict[str, Any]:
    """Validate's answer."""
    answer: dict[str, Any] = _CHECKED.dump_python(checked, mode="json")
    return answer


def derived_json(derived: Derived) -> dict[str, Any]:
    """The answer of render and of watermark."""
    answer: dict[str, Any] = _DERIVED.dump_python(derived, mode="json")
    return answer
