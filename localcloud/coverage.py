"""What becomes of each property of the local templates: nothing that the engine drops may go unnoticed.

The engine takes a template and leaves out what it does not know, without a word. So ``coverage.json`` lists,
for every resource type, which properties the engine acts on, which are applied after the deployment by public
API (:mod:`localcloud.applied`), and which are ignored, with the reason. A pair that is not listed stops the
start, before anything is deployed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lumenstock.kernel.errors import ConfigurationError

TABLE = Path(__file__).with_name("coverage.json")
# A condition on AWS::Region or AWS::AccountId is always false in the engine, so conditions are not allowed.
_SECTIONS = frozenset({"Description", "Metadata", "Outputs", "Parameters", "Resources", "Rules"})


@dataclass(frozen=True, slots=True)
class ResourceType:
    """What the engine makes of one resource type.

    Attributes:
        engine: Properties that it acts on.
        applied: Properties that are applied after the deployment, and how.
        ignored: Properties without effect here, and why that is acceptable or what proves them instead.
    """

    engine: frozenset[str]
    applied: dict[str, str]
    ignored: dict[str, str]

    def covers(self, name: str) -> bool:
        """Whether the property is listed."""
        return name in self.engine or name in self.applied or name in self.ignored


def table() -> dict[str, ResourceType]:
    """The coverage table by resource type."""
    return {
        name: ResourceType(frozenset(row["engine"]), row.get("applied", {}), row.get("ignored", {}))
        for name, row in json.loads(TABLE.read_text()).items()
    }


def templates(assembly: Path) -> dict[str, dict[str, Any]]:
    """The templates of a cloud assembly by stack name."""
    paths = sorted(assembly.glob("*.template.json"))
    return {path.name.removesuffix(".template.json"): json.loads(path.read_text()) for path in paths}


def check(stacks: Iterable[dict[str, Any]]) -> None:
    """Compare templates with the table.

    Raises:
        ConfigurationError: A type, property or section is not listed; the text names each.
    """
    unknown = sorted({name for stack in stacks for name in _unknown(stack, table())})
    if unknown:
        raise ConfigurationError(
            "the local engine would drop without a word, as localcloud/coverage.json does not list: "
            + ", ".join(unknown)
        )


def _unknown(stack: dict[str, Any], known: dict[str, ResourceType]) -> Iterator[str]:
    yield from (f"section {name}" for name in stack if name not in _SECTIONS)
    for resource in stack["Resources"].values():
        row = known.get(resource["Type"])
        if row is None:
            yield resource["Type"]
            continue
        for name in resource.get("Properties", {}):
            if not row.covers(name):
                yield f"{resource['Type']}.{name}"
