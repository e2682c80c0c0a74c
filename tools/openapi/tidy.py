"""What Powertools and pydantic put into a document that says nothing, or something untrue."""

from __future__ import annotations

from typing import Any

from functions.runtime.problems import PROBLEM_MEDIA_TYPE, documented
from lumenstock.kernel.errors import LumenstockError
from tools.openapi.merge import Document, operations, references

# The framework's own error shapes; every error of ours is a problem.
_FOREIGN = {"HTTPValidationError", "ResponseValidationError", "ValidationError"}
_FOREIGN_REFERENCES = {f"#/components/schemas/{name}" for name in _FOREIGN}
_BODYLESS = {"204", "302", "303", "304"}
_BOUNDS = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
_VALUES = {"example", "examples", "default", "enum", "const"}


def tidy(document: Document) -> Document:
    """The paths and components of one service, as we mean them.

    Foreign error shapes go (and the 500 that one of them took the place of comes back), problems move to the
    components, optional inputs lose their null, what 428 asks for is required, schemas lose their automatic
    titles, whole bounds their .0.
    """
    responses: dict[str, Any] = {}
    for _, _, operation in operations(document):
        _own_errors(operation)
        _plain_inputs(operation)
        _required_tag(operation)
        _hoist(operation, responses)
    schemas = document.get("components", {}).get("schemas", {})
    kept = {name: schema for name, schema in schemas.items() if name not in _FOREIGN}
    cleaned: Document = _cleaned(
        {"paths": document["paths"], "components": {"schemas": kept, "responses": responses}}
    )
    return cleaned


def _own_errors(operation: Document) -> None:
    answers = operation["responses"]
    for status in list(answers):
        if _FOREIGN_REFERENCES.intersection(references(answers[status])):
            del answers[status]
        elif status in _BODYLESS:
            answers[status].pop("content", None)
    for status, answer in documented([LumenstockError]).items():
        answers.setdefault(str(status), answer)
    operation["responses"] = dict(sorted(answers.items()))


def _plain_inputs(operation: Document) -> None:
    """What is optional is left out, not null; a schema does not repeat what its parameter says."""
    schemas = [parameter["schema"] for parameter in operation.get("parameters", [])]
    schemas += [media["schema"] for media in operation.get("requestBody", {}).get("content", {}).values()]
    for schema in schemas:
        schema.pop("description", None)
        choices = [choice for choice in schema.get("anyOf", []) if choice != {"type": "null"}]
        if len(choices) == 1:
            del schema["anyOf"]
            schema.update(choices[0])


def _required_tag(operation: Document) -> None:
    """Where leaving ``If-Match`` out is 428, it is required; what the framework requires would be 422."""
    if "428" in operation["responses"]:
        for parameter in operation["parameters"]:
            if parameter["name"].lower() == "if-match":
                parameter["required"] = True


def _hoist(operation: Document, responses: dict[str, Any]) -> None:
    """Move problems to the components, named by their codes, such as ``NotFound``."""
    for status, answer in operation["responses"].items():
        media = answer.get("content", {}).get(PROBLEM_MEDIA_TYPE)
        if media is not None:
            name = "Or".join(code.title().replace("_", "") for code in media["examples"])
            if len(answer["content"]) > 1:
                name += "OrGateway"
            responses[name] = answer
            operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}


def _cleaned(node: Any, *, value: bool = False) -> Any:  # noqa: ANN401 - any JSON
    """``node`` without automatic titles and float bounds; what is a ``value``, such as an example, stays."""
    if isinstance(node, list):
        return [_cleaned(child, value=value) for child in node]
    if not isinstance(node, dict):
        return node
    kept: Document = {}
    for name, child in node.items():
        if name == "title" and isinstance(child, str) and not value:
            continue
        if name in _BOUNDS and isinstance(child, float) and child.is_integer() and not value:
            kept[name] = int(child)
        else:
            kept[name] = _cleaned(child, value=value or (name in _VALUES and not _is_schema(child)))
    return kept


def _is_schema(child: object) -> bool:
    """A property may be called ``default`` or ``example``; then what stands below is a schema."""
    return isinstance(child, dict) and ("type" in child or "anyOf" in child) and "value" not in child
