"""Which images an operator means: fields and values, all of which must fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

from lumenstock.catalog.image import Image
from lumenstock.kernel.clock import to_iso
from lumenstock.kernel.errors import BadRequestError

_TESTS: Mapping[str, Callable[[Image, str], bool]] = MappingProxyType(
    {
        "status": lambda image, value: image.status == value,
        "contributor": lambda image, value: image.contributor_id == value,
        "format": lambda image, value: image.source.format == value,
        "model": lambda image, value: image.model == value,
        "id": lambda image, value: image.id == value,
        "before": lambda image, value: to_iso(image.created_at) < value,
        "since": lambda image, value: to_iso(image.created_at) >= value,
    }
)
FIELDS = tuple(_TESTS)


@dataclass(frozen=True, slots=True)
class Selection:
    """Conditions by field. Several values of a field mean any of them; of two fields both must fit."""

    conditions: Mapping[str, tuple[str, ...]]

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Self:
        """The selection of texts such as ``status=approved`` or ``before=2026-01-31``.

        Raises:
            BadRequestError: One has no ``=``, no value, or a field that there is not.
        """
        found: dict[str, tuple[str, ...]] = {}
        for text in texts:
            name, _, value = text.partition("=")
            if name not in _TESTS or not value:
                message = f"{text!r} selects nothing. Write FIELD=VALUE with one of {', '.join(FIELDS)}."
                raise BadRequestError(message)
            found[name] = (*found.get(name, ()), value)
        return cls(found)

    def takes(self, image: Image) -> bool:
        """Whether ``image`` fits."""
        return all(
            any(_TESTS[name](image, value) for value in values) for name, values in self.conditions.items()
        )
