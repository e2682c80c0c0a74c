"""Taking grants away from live roles, for tests that show that they are needed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import uuid4

import psutil

from tests.e2e.stage import Stage
from tests.e2e.workers import workers


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
