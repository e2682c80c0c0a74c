"""After a run of all handlers' tests: no function has an action that none of them ever used.

Pytest's hooks, which :mod:`tests.conftest` takes in. Where tests run in several processes, each hands over what it
saw, and the one that started them judges. A run of a part of the tests is not judged, nor one that failed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from tests.aws_calls import CALLS, Use, granted

_HERE = Path(__file__).parent
_HANDLERS_TESTS = ("functions", "gpu_batch")

# What is used where no hook sees it, as patterns of "function action resource part", and where that is.
_BY_LAMBDA = "Lambda, which polls a function's queue by its role"
IN_E2E = "the deployed stage: a step of tests/e2e fails without it"
_STOOD_IN = "the adapter's own tests; handlers' tests put something else in its place"
UNSEEN: Mapping[str, str] = {
    "* kms:* key ": "S3 and DynamoDB, for the function",
    "* dynamodb:* catalog-stream ": "Lambda, which reads the stream by the function's role",
    "[!e]* sqs:DeleteMessage * ": _BY_LAMBDA,
    "[!e]* sqs:GetQueueAttributes * ": _BY_LAMBDA,
    "[!e]* sqs:ReceiveMessage * ": _BY_LAMBDA,
    "embed-live sqs:DeleteMessage * ": _BY_LAMBDA,
    "embed-live sqs:GetQueueAttributes * ": _BY_LAMBDA,
    "embed-live sqs:ReceiveMessage * ": _BY_LAMBDA,
    "* s3:ListBucket * ": "S3, to say that a file is missing and not that it is forbidden",
    "auth-api cognito-idp:* users ": IN_E2E,
    "ingest-dispatch states:StartSyncExecution machine ": IN_E2E,
    "search-api secretsmanager:GetSecretValue cursor-secret ": IN_E2E,
    "uploads-api sts:AssumeRole uploader ": IN_E2E,
    "webhooks-deliver events:PutEvents bus ": IN_E2E,
    "moderation-purge cloudfront:CreateInvalidation distribution ": _STOOD_IN,
    "embed-launch *": _STOOD_IN,
    "embed-job s3:GetObject derivatives ": "the reading threads of the pipeline, below which is nothing of the job's",
    "embed-job sqs:ChangeMessageVisibility embed-bulk ": "the same code that does it on the other queue",
    "* dynamodb:DeleteItem idempotency ": "functions/runtime/idempotency.py, when what it guards fails",
}


@dataclass
class Gathered:
    """What all processes of a run saw; ``whole``: they ran all tests of handlers."""

    seen: set[Use] = field(default_factory=set)
    whole: bool = False
    findings: list[str] = field(default_factory=list)


_GATHERED = pytest.StashKey[Gathered]()


def findings(seen: set[Use], has: set[Use], unseen: Mapping[str, str] = UNSEEN) -> list[str]:
    """What is wrong with grants ``has`` of which ``seen`` were used: idle ones, and exceptions that are for none."""
    texts = {use: " ".join(map(str, astuple(use))) for use in has}
    matched = {use: [p for p in unseen if fnmatchcase(text, p)] for use, text in texts.items()}
    meant = {pattern for patterns in matched.values() for pattern in patterns}
    return [
        *sorted(f"granted and never used: {texts[use]}" for use in has - seen if not matched[use]),
        *sorted(f"an exception for nothing: {pattern}" for pattern in unseen if pattern not in meant),
    ]


def _is_whole(session: pytest.Session) -> bool:
    wanted = {file for folder in _HANDLERS_TESTS for file in (_HERE / folder).rglob("test_*.py")}
    option = session.config.option
    return not (option.keyword or option.markexpr) and wanted <= {item.path for item in session.items}


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Hand over what was seen, or judge it."""
    handed_over: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if handed_over is not None:
        handed_over["aws_uses"] = [tuple(map(str, astuple(use))) for use in CALLS.seen]
        handed_over["aws_whole"] = _is_whole(session)
        return
    gathered = session.config.stash.setdefault(_GATHERED, Gathered())
    gathered.seen |= CALLS.seen
    gathered.whole |= _is_whole(session)
    if gathered.whole and not exitstatus:
        gathered.findings = findings(gathered.seen, granted())
    if gathered.findings:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a process of pytest-xdist saw."""
    handed_over = getattr(node, "workeroutput", {})
    gathered = node.config.stash.setdefault(_GATHERED, Gathered())
    gathered.seen |= {Use(*fields) for fields in handed_over.get("aws_uses", ())}
    gathered.whole |= handed_over.get("aws_whole", False)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what was found."""
    gathered = config.stash.get(_GATHERED, Gathered())
    if gathered.findings:
        terminalreporter.section("least privilege", red=True)
        for finding in gathered.findings:
            terminalreporter.line(finding)
