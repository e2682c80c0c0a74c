"""Findings of the template checkers that stay, each with its reason beside the resource that it is about."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import IConstruct


def accept(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Keep these findings, here and below.

    Args:
        construct: What the findings are about.
        reasons: Finding id, exactly as the report names it, to why it stays.
    """
    Validations.of(construct).acknowledge(
        *(Acknowledgment(id=finding, reason=reason) for finding, reason in reasons.items())
    )


def nag(rule: str, finding: str = "") -> str:
    """The id of a finding of the AwsSolutions rules; those on permissions name the permission."""
    return f"AwsSolutions-{rule}[{finding}]" if finding else f"AwsSolutions-{rule}"


def imported(owner: Stack, value: str) -> str:
    """How a finding in another stack names a value of ``owner``."""
    exported = owner.resolve(owner.export_value(value))
    return str(exported["Fn::ImportValue"])
