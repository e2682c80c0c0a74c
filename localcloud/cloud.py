"""The local cloud as a whole: up, down, reset, status."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass

import httpx

from localcloud import applied, canary, cdk, coverage, engine, program, sources, streams
from localcloud.clients import Operator
from localcloud.daemon import Daemon
from localcloud.home import REPOSITORY, Home, clean_environment
from localcloud.steps import Steps
from lumenstock.kernel.errors import UnavailableError

_FRONT_READY_WITHIN_S = 20.0
_FRONT_STOP_WITHIN_S = 5.0
# Long enough for the pictures in work to end: a machine may run for 60 s here, and usually takes 2.
_DRAIN_WITHIN_S = 30.0
# The engine reads a table's stream about once a second, and what it has not read is not stored.
_STREAM_PAUSE_S = 2.5


@dataclass(frozen=True, slots=True)
class Status:
    """What runs.

    Attributes:
        engine_pid: Process of the engine, None when it is down.
        front_pid: Process of the front, None when it is down.
        answers: Whether the engine answers.
        deployed: Whether something is deployed.
        current: Whether what is deployed is what the sources say.
    """

    engine_pid: int | None
    front_pid: int | None
    answers: bool
    deployed: bool
    current: bool


def front(home: Home) -> Daemon:
    """The front's process."""
    return Daemon("front", home.folder / "front.pid", home.logs / "front.log")


def up(home: Home, steps: Steps) -> None:
    """Start what does not run, and deploy when the sources changed; one at a time.

    Raises:
        ConfigurationError: Something is missing on this machine, a port is taken, or the templates hold
            what the engine would drop.
        UnavailableError: A process, the deployment or what was deployed does not work.
    """
    with home.lock():
        _up(home, steps)


def down(home: Home, steps: Steps) -> None:
    """Stop: pictures in work are finished first, then the state is written."""
    with home.lock():
        _down(home, steps)


def reset(home: Home, steps: Steps) -> None:
    """Stop, and forget pictures, accounts, deployment and search index."""
    with home.lock():
        with steps.step("stopping"):
            front(home).stop(patience_s=_FRONT_STOP_WITHIN_S)
            engine.stop(home)
        engine.clear(home)
    steps.note("cleared: pictures, accounts, deployment and search index")


def status(home: Home) -> Status:
    """What runs now."""
    whole = home.deployed_file.read_text() if home.deployed_file.exists() else None
    return Status(
        engine_pid=engine.daemon(home).pid(),
        front_pid=front(home).pid(),
        answers=engine.is_ready(home),
        deployed=home.outputs_file.exists(),
        current=whole == sources.digest(home),
    )


def _up(home: Home, steps: Steps) -> None:
    cdk.require(home, steps)
    with steps.step("starting the engine"):
        started = engine.start(home, steps.note)
    operator = Operator.of(home)
    if not started.was_running and not started.fresh:
        with steps.step("connecting streams again"):
            streams.renew(operator.functions)
    _start_front(home, steps)
    wanted = sources.digest(home)
    if home.deployed_file.exists() and home.deployed_file.read_text() == wanted:
        steps.note("deployed: nothing changed")
        return
    # Until all of it has worked nothing is known to be there: of a deployment that failed a part may be.
    home.deployed_file.unlink(missing_ok=True)
    _deploy(home, operator, steps)
    home.deployed_file.write_text(wanted)


def _down(home: Home, steps: Steps) -> None:
    if engine.daemon(home).pid() is None and front(home).pid() is None:
        steps.note("the local cloud was not running")
        return
    if engine.is_ready(home):
        with steps.step("finishing what is in work"):
            left = _drain(home)
        if left:
            steps.note(f"still in the queues: {left}; they go on after the next start")
    with steps.step("stopping"):
        front(home).stop(patience_s=_FRONT_STOP_WITHIN_S)
        graceful = engine.stop(home)
    if not graceful:
        steps.note("the engine had to be killed; the next start begins with an empty cloud")


def _deploy(home: Home, operator: Operator, steps: Steps) -> None:
    with steps.step("building layers"):
        # A program of its own: product code never imports the build.
        command = [sys.executable, "-m", "infra.packaging", "local"]
        program.run(command, environ=os.environ, log=home.logs / "layers.log")
    with steps.step("synthesising the templates"):
        assembly = cdk.synthesise(home)
    stacks = coverage.templates(assembly)
    coverage.check(stacks.values())
    if not _is_bootstrapped(operator):
        with steps.step("bootstrapping the account"):
            cdk.bootstrap(home, assembly)
    with steps.step(f"deploying {len(stacks)} stacks"):
        outputs = cdk.deploy(home, assembly)
    home.outputs_file.write_text(json.dumps(outputs, indent=2) + "\n")
    with steps.step("applying what the engine leaves out"):
        applied.apply(operator, stacks)
        streams.drop_superseded(operator.functions)
    with steps.step("asking whether it works"):
        canary.check(home, operator, stacks)


def _is_bootstrapped(operator: Operator) -> bool:
    stacks = operator.cloudformation.get_paginator("list_stacks").paginate(
        StackStatusFilter=["CREATE_COMPLETE"]
    )
    return any(stack["StackName"] == "CDKToolkit" for page in stacks for stack in page["StackSummaries"])


def _start_front(home: Home, steps: Steps) -> None:
    if front(home).pid() is not None:
        return
    with steps.step("starting the front"):
        engine.require_free(home.front_port, "LUMENSTOCK_FRONT_PORT")
        front(home).start(
            engine.command(home, "localcloud.serve_front"),
            environ=clean_environment(os.environ) | {"PYTHONUNBUFFERED": "1"},
            folder=REPOSITORY,
        )
        deadline = time.monotonic() + _FRONT_READY_WITHIN_S
        while not _front_answers(home):
            if front(home).pid() is None or time.monotonic() > deadline:
                raise UnavailableError(f"the front did not start; its log says:\n{front(home).log_tail()}")
            time.sleep(0.1)


def _front_answers(home: Home) -> bool:
    try:
        return httpx.get(home.front_url, timeout=2.0, trust_env=False).is_success
    except httpx.TransportError:
        return False


def _drain(home: Home) -> int:
    """Wait until nothing is in work, within limits; how many messages are left."""
    queues = [url for name in ("IngestQueueUrl", "EmbedLiveQueueUrl") if (url := home.outputs().get(name))]
    operator = Operator.of(home)
    deadline = time.monotonic() + _DRAIN_WITHIN_S
    while (left := sum(_messages(operator, url) for url in queues)) and time.monotonic() < deadline:
        time.sleep(0.5)
    if queues:
        time.sleep(_STREAM_PAUSE_S)
    return left


def _messages(operator: Operator, queue_url: str) -> int:
    counts = operator.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    waiting = int(counts["ApproximateNumberOfMessages"])
    return waiting + int(counts["ApproximateNumberOfMessagesNotVisible"])
