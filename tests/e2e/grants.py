"""Taking grants away from live roles, for tests that show that they are needed.

That every action of a role is used, and no other, is held against each call of the handlers' own tests
(:mod:`tests.least_privilege`). That the deployed role is asked is shown here: of DynamoDB, S3 and SQS by one
action of each function, and by every one of the other services. ``PERMISSIONS=all`` takes all away in turn.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, TypeVar
from uuid import uuid4

import psutil
import pytest

from functions.manifest import FUNCTIONS
from tests.e2e.journey import wait_for
from tests.e2e.stage import Stage
from tests.e2e.workers import workers

_FUNCTIONS = frozenset(spec.name for spec in FUNCTIONS)
_SEEN_IN_PROCESS = frozenset({"dynamodb", "s3", "sqs"})

Step = TypeVar("Step")

# From the step's failure to the line in the function's log. A message that the step gave up on may come to the
# function only later, on a slow machine; and CloudWatch shows a line some seconds after it was written.
_LOGGED_WITHIN_S = 60.0


def chosen(grants: Sequence[tuple[str, str, Step]]) -> list[tuple[str, str, Step]]:
    """Those of ``grants`` (holder, action, step) that are taken away in this run."""
    first = {(holder, action.partition(":")[0]): action for holder, action, _ in reversed(grants)}
    return [
        (holder, action, step)
        for holder, action, step in grants
        if os.environ.get("PERMISSIONS") == "all"
        or holder not in _FUNCTIONS
        or (service := action.partition(":")[0]) not in _SEEN_IN_PROCESS
        or first[holder, service] == action
    ]


@contextmanager
def fails_without(cloud: Stage, function: str, action: str) -> Iterator[None]:
    """What is done inside must fail without an action, and for want of it: a slow machine fails a step too.

    IAM's refusal of the action is in what the step met, or in the function's own log.
    """
    with without(cloud, function, action):
        since_ms = int(time.time() * 1000)
        with pytest.raises(AssertionError) as failure:
            yield
        if not re.search(refusal(action), str(failure.value)):
            wait_for(lambda: refusals(cloud, function, action, since_ms), bool, _LOGGED_WITHIN_S)


def refusal(action: str) -> str:
    """A pattern for what AWS says, and the local engine, when nothing allows an action.

    The stream's consumer logs the kind of the error only.
    """
    return rf'not authorized to perform: {re.escape(action)}\b|"error": ?"AccessDenied'


def refusals(cloud: Stage, function: str, action: str, since_ms: int) -> list[str]:
    """What a function logged of being refused an action."""
    pages = cloud.operator.logs.get_paginator("filter_log_events").paginate(
        logGroupName=f"/aws/lambda/lumenstock-{cloud.name}-{function}", startTime=since_ms
    )
    messages = [event["message"] for page in pages for event in page["events"]]
    return [message for message in messages if re.search(refusal(action), message)]


@contextmanager
def without(cloud: Stage, function: str, action: str) -> Iterator[None]:
    """Take an action from every statement of a function's role, and give it back."""
    name = f"lumenstock-{cloud.name}-{function}"
    arn = cloud.operator.functions.get_function(FunctionName=name)["Configuration"]["Role"]
    with role_without(cloud, arn.rsplit("/", 1)[-1], action):
        start_cold(cloud, name)
        yield


@contextmanager
def role_without(cloud: Stage, role: str, action: str) -> Iterator[None]:
    """Take an action from every statement of a role, and give it back."""
    iam = cloud.operator.iam
    before: dict[str, Any] = {
        policy: iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]
    }
    after = {policy: reduced(document, action) for policy, document in before.items()}
    assert after != before, f"{role} has no grant of {action}"
    try:
        for policy, document in after.items():
            iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))
        yield
    finally:
        for policy, document in before.items():
            iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))


def reduced(document: Any, action: str) -> dict[str, Any]:
    """A policy document without ``action``."""
    statements = []
    for statement in document["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        left = [one for one in actions if one != action]
        if left:
            statements.append({**statement, "Action": left})
    return {**document, "Statement": statements}


def start_cold(cloud: Stage, function: str) -> None:
    """End a function's warm workers: what they cached would hide a missing grant."""
    if cloud.home is None:
        cloud.operator.functions.update_function_configuration(FunctionName=function, Description=uuid4().hex)
        cloud.operator.functions.get_waiter("function_updated").wait(FunctionName=function)
        return
    for worker in workers(cloud.home):
        if worker.function == function:
            with suppress(psutil.NoSuchProcess):  # it ended by itself
                worker.process.kill()
            # Until then the engine may give it the next call, which fails whatever is granted.
            wait_for(partial(has_ended, worker.process), bool, within_s=10, every_s=0.02)


def has_ended(process: psutil.Process) -> bool:
    """Whether a process runs no more, with all of its threads; its parent may not have asked yet."""
    with suppress(psutil.NoSuchProcess):
        return bool(process.status() == psutil.STATUS_ZOMBIE and process.num_threads() == 1)
    return True
