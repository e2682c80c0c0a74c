"""The stage that the end-to-end tests talk to: the local cloud, or one in an AWS account.

Everything a test needs to know of where it runs is in :class:`Stage`; a test that reads it from elsewhere
does not run on ``STAGE=dev``.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import boto3
import httpx

from localcloud import cloud, engine
from localcloud.clients import Operator
from localcloud.home import REPOSITORY, Home
from localcloud.steps import Steps

CONFIRMATION_CODE = "123456"  # of the local engine's Cognito, always
_TIMEOUT_S = 60.0
# Whether each process of pytest has a stage of its own.
MAY_BE_MANY = os.environ.get("STAGE", "local") == "local" and "LUMENSTOCK_HOME" not in os.environ


@dataclass(frozen=True)
class Person:
    """Somebody with an account who is signed in.

    Attributes:
        id: Subject of the tokens.
        api: Client for the stage that sends the access token.
    """

    id: str
    email: str
    password: str
    access_token: str
    refresh_token: str
    api: httpx.Client


@dataclass(frozen=True)
class Stage:
    """Where the product is deployed.

    Attributes:
        name: ``local``, ``dev`` or ``prod``.
        url: Address for clients; ``/v1`` and ``/img`` lie below it.
        outputs: The stacks' outputs by name.
        operator: Clients with the operator's permissions.
        home: The local cloud; None in an AWS account.
    """

    name: str
    url: str
    outputs: dict[str, str]
    operator: Operator
    home: Home | None

    def client(self, access_token: str = "") -> httpx.Client:
        """A client for the stage, of nobody or of the token's owner."""
        headers = {"authorization": f"Bearer {access_token}"} if access_token else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=_TIMEOUT_S, trust_env=False)

    def dead_letters(self) -> int:
        """How many messages are in the ingest queue's dead-letter queue."""
        attributes = self.operator.sqs.get_queue_attributes(
            QueueUrl=self.outputs["IngestDlqUrl"], AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(attributes["Attributes"]["ApproximateNumberOfMessages"])

    def sign_up(self, role: str) -> Person:
        """A new contributor or buyer, through the public API as far as no mail must be read."""
        email, password = f"{role}-{secrets.token_hex(6)}@example.org", f"Aa1-{secrets.token_urlsafe(12)}"
        with self.client() as api:
            names = {"email": email, "password": password, "displayName": f"Test {role}", "role": role}
            _expect(api.post("/v1/auth/register", json=names))
            if self.home is None:
                self.operator.cognito.admin_confirm_sign_up(
                    UserPoolId=self.outputs["UserPoolId"], Username=email
                )
            else:
                _expect(api.post("/v1/auth/confirm", json={"email": email, "code": CONFIRMATION_CODE}))
            tokens = _expect(api.post("/v1/auth/login", json={"email": email, "password": password}))
        signed_in = self.client(tokens["accessToken"])
        me = _expect(signed_in.get("/v1/auth/me"))
        return Person(me["id"], email, password, tokens["accessToken"], tokens["refreshToken"], signed_in)


@contextmanager
def running() -> Iterator[Stage]:
    """The stage that STAGE names, brought up if it is the local one and taken down if it was down.

    The local one has a home of its own, in each process of pytest; LUMENSTOCK_HOME (with its two ports) names
    another.
    """
    name = os.environ.get("STAGE", "local")
    if name != "local":
        yield _deployed(name)
        return
    home = _own_home() if MAY_BE_MANY else Home.from_environment(os.environ)
    was_up = engine.daemon(home).pid() is not None
    steps = Steps(sys.__stderr__ or sys.stderr)
    cloud.up(home, steps)
    try:
        yield Stage(name, home.front_url, home.outputs(), Operator.of(home), home)
    finally:
        if not was_up:
            cloud.down(home, steps)


def _own_home() -> Home:
    """Beside a developer's own cloud on 4566 and 8080, so that a test run never touches it."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return Home(REPOSITORY / ".local" / f"e2e-{number}", 4576 + 20 * number, 8090 + 20 * number)


def _deployed(name: str) -> Stage:
    operator = Operator(boto3.Session())
    pages = operator.cloudformation.get_paginator("describe_stacks").paginate()
    outputs = {
        output["OutputKey"]: output["OutputValue"]
        for page in pages
        for stack in page["Stacks"]
        if stack["StackName"].startswith(f"Lumenstock-{name}-")
        for output in stack.get("Outputs", [])
    }
    return Stage(name, f"https://{outputs['DistributionDomain']}", outputs, operator, None)


def _expect(answer: httpx.Response) -> dict[str, str]:
    assert answer.is_success, f"{answer.request.url} answered {answer.status_code}: {answer.text}"
    body: dict[str, str] = answer.json() if answer.content else {}
    return body
